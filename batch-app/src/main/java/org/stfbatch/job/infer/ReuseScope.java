package org.stfbatch.job.infer;

import java.util.OptionalLong;

/**
 * Runs whose answers are reused.
 *
 * @param isEnabled whether answers are reused at all
 * @param runId the only run whose answers are reused; empty for all runs
 */
public record ReuseScope(boolean isEnabled, OptionalLong runId) {
  /** No answer is reused. */
  public static final ReuseScope NONE = new ReuseScope(false, OptionalLong.empty());

  /** The answers of all runs are reused. */
  public static final ReuseScope ALL_RUNS = new ReuseScope(true, OptionalLong.empty());

  /** Returns the scope of the answers of one run. */
  public static ReuseScope of(long runId) {
    return new ReuseScope(true, OptionalLong.of(runId));
  }
}
