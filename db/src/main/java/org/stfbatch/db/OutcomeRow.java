package org.stfbatch.db;

import java.util.Objects;
import java.util.Optional;

/**
 * The outcome of an image job with its sequence number.
 *
 * @param sequence number of the outcome in its run, from 1, in commit order
 * @param job with its answer or its failure
 * @param traceId given by the producer of the job, if it gave one
 */
public record OutcomeRow(long sequence, ExportRow job, Optional<String> traceId) {

  public OutcomeRow {
    Objects.requireNonNull(job, "job is null");
    Objects.requireNonNull(traceId, "traceId is null");
  }
}
