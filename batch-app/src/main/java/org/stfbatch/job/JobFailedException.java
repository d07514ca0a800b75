package org.stfbatch.job;

/**
 * A job ended before its work was done; what it committed stays, and it can be run again. One line
 * for people.
 */
public final class JobFailedException extends RuntimeException {
  public JobFailedException(String message, Throwable cause) {
    super(message, cause);
  }

  /** Names what failed and the innermost reason, which Spring Batch wraps several times. */
  public static JobFailedException of(String what, Throwable cause) {
    Throwable root = cause;
    while (root != null && root.getCause() != null && root.getCause() != root) {
      root = root.getCause();
    }
    return new JobFailedException(what + " failed: " + reason(root), cause);
  }

  private static String reason(Throwable root) {
    if (root == null) {
      return "no reason was recorded";
    }
    String message = root.getMessage() == null ? "" : root.getMessage();
    return message.lines().findFirst().orElse(root.getClass().getSimpleName());
  }
}
