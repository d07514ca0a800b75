package org.stfbatch.model.checkpoint;

/**
 * A checkpoint that cannot be used. The message is one line that names the file, setting or tensor
 * and what to do about it.
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
   * Names out of a damaged or hostile file may hold anything; they must not reach a terminal or log
   * as they are.
   */
  private static String oneLine(String message) {
    String printable = message.replaceAll("\\p{Cntrl}", "?");
    return printable.length() <= MAX_LENGTH
        ? printable
        : printable.substring(0, MAX_LENGTH) + "...";
  }
}
