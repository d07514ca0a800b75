package org.stfbatch.job;

/** Unusable input or option of the user. The message is one line that names it and the cure. */
public final class InputException extends RuntimeException {
  public InputException(String message) {
    super(message);
  }

  public InputException(String message, Throwable cause) {
    super(message, cause);
  }
}
