package org.stfbatch.job;

/** What the user gave cannot be used. The message is one line that names it and the cure. */
public final class InputException extends RuntimeException {
  public InputException(String message) {
    super(message);
  }

  public InputException(String message, Throwable cause) {
    super(message, cause);
  }
}
