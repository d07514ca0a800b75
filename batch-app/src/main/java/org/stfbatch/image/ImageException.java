package org.stfbatch.image;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Optional;

/** An image cannot be used. The message is one line that names the image and the cure. */
public final class ImageException extends Exception {
  private static final long serialVersionUID = 1L;

  private final ImageErrorCode code;
  private final boolean isTransient;
  private final Duration retryAfter;

  private ImageException(
      ImageErrorCode code,
      boolean isTransient,
      Duration retryAfter,
      String message,
      Throwable cause) {
    super(message, cause);
    this.code = requireNonNull(code, "code is null");
    this.isTransient = isTransient;
    this.retryAfter = retryAfter;
  }

  /** Creates an error that retries cannot resolve. */
  public static ImageException permanent(ImageErrorCode code, String message) {
    return new ImageException(code, false, null, message, null);
  }

  /** Creates a permanent error with its cause. */
  public static ImageException permanent(ImageErrorCode code, String message, Throwable cause) {
    return new ImageException(code, false, null, message, cause);
  }

  /** Creates an error that a retry may resolve; {@code cause} may be null. */
  public static ImageException transientError(
      ImageErrorCode code, String message, Throwable cause) {
    return new ImageException(code, true, null, message, cause);
  }

  /** Creates a transient error with the server's Retry-After. */
  public static ImageException busy(ImageErrorCode code, String message, Duration retryAfter) {
    return new ImageException(code, true, retryAfter, message, null);
  }

  /** Returns the stable code that is stored. */
  public ImageErrorCode code() {
    return code;
  }

  /** Returns whether a retry may succeed: timeouts, dropped connections, overloaded servers. */
  public boolean isTransient() {
    return isTransient;
  }

  /** Returns the server's Retry-After; empty if it sent none. */
  Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }
}
