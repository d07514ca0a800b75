package org.stfbatch.job.infer;

import org.stfbatch.engine.Failure;

/** Permanent failure of a job's preparation: the job cannot be answered. */
public final class PreparationException extends Exception {
  private final transient Failure failure;

  /**
   * @param failure the failure that is stored for the job
   */
  public PreparationException(Failure failure, Throwable cause) {
    super(failure.message(), cause);
    this.failure = failure;
  }

  Failure failure() {
    return failure;
  }
}
