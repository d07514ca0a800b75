package org.stfbatch.db;

import java.util.Objects;
import java.util.Optional;

/**
 * What became of an image job.
 *
 * @param sequence counts the outcomes of its run from 1, in the order in which they were committed
 * @param job with its answer or its failure
 * @param traceId given by the producer of the job
 */
public record OutcomeRow(long sequence, ExportRow job, Optional<String> traceId) {

  public OutcomeRow {
    Objects.requireNonNull(job, "job is null");
    Objects.requireNonNull(traceId, "traceId is null");
  }
}
