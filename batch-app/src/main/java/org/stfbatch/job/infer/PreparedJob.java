package org.stfbatch.job.infer;

import java.util.Optional;
import org.stfbatch.db.ReusableAnswer;
import org.stfbatch.db.ReuseKey;
import org.stfbatch.engine.EngineJob;

/** A prepared job: one that the engine is to answer, or one whose answer is stored already. */
sealed interface PreparedJob {
  /**
   * A job that the engine is to answer.
   *
   * @param job as submitted to the engine
   * @param key under which its answer can be reused; empty if it cannot
   */
  record ToAnswer(EngineJob job, Optional<ReuseKey> key) implements PreparedJob {}

  /** A job with the same content as one that was answered before. */
  record Answered(ReusableAnswer answer) implements PreparedJob {}

  /** Returns a job whose answer cannot be reused. */
  static PreparedJob of(EngineJob job) {
    return new ToAnswer(job, Optional.empty());
  }
}
