package org.stfbatch.hub;

import java.time.Duration;

/** A transient failure of a request: the same request may succeed later. */
final class BrokenOffException extends Exception {
  private final Duration notBefore;

  BrokenOffException(String message, Throwable cause) {
    this(message, Duration.ZERO, cause);
  }

  /**
   * @param notBefore pause that the server asks for before the next request
   */
  BrokenOffException(String message, Duration notBefore, Throwable cause) {
    super(message, cause);
    this.notBefore = notBefore;
  }

  Duration notBefore() {
    return notBefore;
  }
}
