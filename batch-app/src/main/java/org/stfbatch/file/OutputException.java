package org.stfbatch.file;

/**
 * An output path that cannot be used. The message is one line that names the path and the cure;
 * nothing was written.
 */
public final class OutputException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public OutputException(String message) {
    super(message);
  }

  public OutputException(String message, Throwable cause) {
    super(message, cause);
  }
}
