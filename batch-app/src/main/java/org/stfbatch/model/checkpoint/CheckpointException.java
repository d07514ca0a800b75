package org.stfbatch.model.checkpoint;

/**
 * A checkpoint that cannot be used. The message is one line that names the file, setting or tensor
 * and what to do about it.
 */
public final class CheckpointException extends RuntimeException {

  public CheckpointException(String message) {
    super(message);
  }

  public CheckpointException(String message, Throwable cause) {
    super(message, cause);
  }
}
