package org.stfbatch.job.infer;

import org.stfbatch.engine.Failure;

/** A job can never be answered as it is. */
final class PreparationException extends Exception {
  private final transient Failure failure;

  PreparationException(Failure failure, Throwable cause) {
    super(failure.message(), cause);
    this.failure = failure;
  }

  Failure failure() {
    return failure;
  }
}
