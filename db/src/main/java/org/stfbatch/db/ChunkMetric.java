package org.stfbatch.db;

import java.time.Instant;
import java.util.Objects;

/**
 * What one committed chunk did and how long it took.
 *
 * @param runId the run worked on
 * @param stepExecutionId Spring Batch's id of the step's attempt
 * @param startedAt when the chunk began
 * @param finishedAt when it was written; a clock set back meanwhile counts as no time at all
 * @param counts what came out
 * @param tokens of its answers
 * @param waitSeconds time spent waiting for answers
 */
public record ChunkMetric(
    long runId,
    long stepExecutionId,
    Instant startedAt,
    Instant finishedAt,
    Counts counts,
    TokenCounts tokens,
    double waitSeconds) {

  public ChunkMetric {
    Objects.requireNonNull(counts, "counts is null");
    Objects.requireNonNull(tokens, "tokens is null");
    startedAt = Rows.storablePrecision(startedAt);
    finishedAt = Rows.storablePrecision(finishedAt);
    if (finishedAt.isBefore(startedAt)) {
      finishedAt = startedAt;
    }
  }

  /**
   * The outcomes of a chunk.
   *
   * @param jobs jobs that got an outcome
   * @param answers of them, the answered ones
   * @param failures of them, the failed ones
   * @param images different images among the jobs
   */
  public record Counts(int jobs, int answers, int failures, int images) {}
}
