package org.stfbatch.model.checkpoint;

/**
 * Thrown if a checkpoint cannot be used. The message is one line that names the file, setting or
 * tensor and the cure.
 */
public final class CheckpointException extends RuntimeException {

  private static final int MAX_LENGTH = 1000;

  public CheckpointException(String message) {
    super(oneLine(message));
  }

  public CheckpointException(String message, Throwable cause) {
    super(oneLine(message), cause);
  }

  /**
   * Escapes control characters: names from a damaged or malicious file must not reach a terminal or
   * log unescaped.
   */
  private static String oneLine(String message) {
    String printable = message.replaceAll("\\p{Cntrl}", "?");
    return printable.length() <= MAX_LENGTH
        ? printable
        : printable.substring(0, MAX_LENGTH) + "...";
  }
}
