package org.stfbatch.job.infer;

import java.util.Optional;
import org.stfbatch.db.ReusableAnswer;
import org.stfbatch.db.ReuseKey;
import org.stfbatch.engine.Outcome;

/** The result of a job: an outcome of its own, or a reused answer. */
sealed interface JobResult {
  /**
   * An outcome that was computed for the job.
   *
   * @param key under which an answer can be reused; empty if it cannot
   */
  record Computed(Outcome outcome, Optional<ReuseKey> key) implements JobResult {}

  /** An answer that was computed for another job. */
  record Reused(ReusableAnswer answer) implements JobResult {}

  /** Returns an outcome that cannot be reused. */
  static JobResult of(Outcome outcome) {
    return new Computed(outcome, Optional.empty());
  }
}
