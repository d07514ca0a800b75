package org.stfbatch.hub;

import java.time.Duration;

/** A request that failed and may succeed when it is made again. */
final class BrokenOffException extends Exception {
  private final Duration notBefore;

  BrokenOffException(String message, Throwable cause) {
    this(message, Duration.ZERO, cause);
  }

  /**
   * @param notBefore how long the server wants to be left alone
   */
  BrokenOffException(String message, Duration notBefore, Throwable cause) {
    super(message, cause);
    this.notBefore = notBefore;
  }

  Duration notBefore() {
    return notBefore;
  }
}
