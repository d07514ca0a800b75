package org.stfbatch.image;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Optional;

/** One image cannot be used. The message is one line that names the image and the cure. */
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

  /** An error that stays the same however often the image is tried. */
  public static ImageException permanent(ImageErrorCode code, String message) {
    return new ImageException(code, false, null, message, null);
  }

  /** As {@link #permanent(ImageErrorCode, String)}, with the exception that showed it. */
  public static ImageException permanent(ImageErrorCode code, String message, Throwable cause) {
    return new ImageException(code, false, null, message, cause);
  }

  /** An error that may be gone at the next attempt; {@code cause} may be null. */
  public static ImageException transientError(
      ImageErrorCode code, String message, Throwable cause) {
    return new ImageException(code, true, null, message, cause);
  }

  /** A transient error of a server that says how long to leave it alone. */
  public static ImageException busy(ImageErrorCode code, String message, Duration retryAfter) {
    return new ImageException(code, true, retryAfter, message, null);
  }

  /** The stable code to store. */
  public ImageErrorCode code() {
    return code;
  }

  /** Whether the same image may work later: timeouts, dropped connections, overloaded servers. */
  public boolean isTransient() {
    return isTransient;
  }

  /** How long the server asks to be left alone; empty if it does not say. */
  Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }
}
