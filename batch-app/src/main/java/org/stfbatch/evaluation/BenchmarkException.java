package org.stfbatch.evaluation;

/**
 * A data set or a file of answers cannot be used. The message is one line that names the file, the
 * position in it and the cure.
 */
public final class BenchmarkException extends RuntimeException {
  public BenchmarkException(String message) {
    super(message);
  }

  public BenchmarkException(String message, Throwable cause) {
    super(message, cause);
  }
}
