package org.stfbatch.job.ingest;

import java.util.List;

/**
 * Result of an ingest.
 *
 * @param read lines or files that were read
 * @param added jobs that were new to the run
 * @param rejected unusable ones of those read, stored as failures
 * @param notes clauses about what was already known or skipped
 * @param stopped whether a stop was requested before the end of the source
 */
public record IngestResult(
    long read, long added, long rejected, List<String> notes, boolean stopped) {
  public IngestResult {
    notes = List.copyOf(notes);
  }
}
