package org.stfbatch.job.infer;

import org.stfbatch.engine.Failure;

/** A job can never be answered as it is. */
public final class PreparationException extends Exception {
  private final transient Failure failure;

  /**
   * @param failure as which the job is stored
   */
  public PreparationException(Failure failure, Throwable cause) {
    super(failure.message(), cause);
    this.failure = failure;
  }

  Failure failure() {
    return failure;
  }
}
