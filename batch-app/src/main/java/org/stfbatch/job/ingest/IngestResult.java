package org.stfbatch.job.ingest;

import java.util.List;

/**
 * What an ingest did.
 *
 * @param read lines or files that were read
 * @param added jobs that the run did not have yet
 * @param rejected of those read, the unusable ones: they are stored as failures
 * @param notes parts of a sentence about what was known already or passed over
 * @param stopped whether it was told to stop before it had read everything
 */
public record IngestResult(
    long read, long added, long rejected, List<String> notes, boolean stopped) {
  public IngestResult {
    notes = List.copyOf(notes);
  }
}
