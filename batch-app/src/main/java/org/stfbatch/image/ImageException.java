package org.stfbatch.image;

import static java.util.Objects.requireNonNull;

/** One image cannot be used. The message is one line that names the image and the cure. */
public final class ImageException extends Exception {
  private static final long serialVersionUID = 1L;

  private final ImageErrorCode code;
  private final boolean isTransient;

  private ImageException(
      ImageErrorCode code, boolean isTransient, String message, Throwable cause) {
    super(message, cause);
    this.code = requireNonNull(code, "code is null");
    this.isTransient = isTransient;
  }

  /** An error that stays the same however often the image is tried. */
  public static ImageException permanent(ImageErrorCode code, String message) {
    return new ImageException(code, false, message, null);
  }

  /** As {@link #permanent(ImageErrorCode, String)}, with the exception that showed it. */
  public static ImageException permanent(ImageErrorCode code, String message, Throwable cause) {
    return new ImageException(code, false, message, cause);
  }

  /** An error that may be gone at the next attempt; {@code cause} may be null. */
  public static ImageException transientError(
      ImageErrorCode code, String message, Throwable cause) {
    return new ImageException(code, true, message, cause);
  }

  /** The stable code to store. */
  public ImageErrorCode code() {
    return code;
  }

  /** Whether the same image may work later: timeouts, dropped connections, overloaded servers. */
  public boolean isTransient() {
    return isTransient;
  }
}
