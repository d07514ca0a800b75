package org.stfbatch.image;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * Limits for one image.
 *
 * @param maxBytes maximum size of the encoded image in bytes
 * @param maxPixels maximum of width times height; checked from the header before decoding
 * @param connectTimeout for opening one HTTP connection
 * @param readTimeout for one whole download: connections, redirects, headers and the body
 * @param retries retries after transient errors, beyond the first attempt
 */
public record ImageLimits(
    long maxBytes, long maxPixels, Duration connectTimeout, Duration readTimeout, int retries) {

  /** Twice Pillow's {@code MAX_IMAGE_PIXELS}, the size from which Pillow raises an error. */
  public static final long DEFAULT_MAX_PIXELS = 2L * 89_478_485;

  private static final long LARGEST_ARRAY = Integer.MAX_VALUE - 8;

  public ImageLimits {
    requireNonNull(connectTimeout, "connectTimeout is null");
    requireNonNull(readTimeout, "readTimeout is null");
    requireInRange("maxBytes", maxBytes, LARGEST_ARRAY);
    requireInRange("maxPixels", maxPixels, LARGEST_ARRAY / 3);
    if (connectTimeout.isNegative() || connectTimeout.isZero()) {
      throw new IllegalArgumentException("connectTimeout must be positive: " + connectTimeout);
    }
    if (readTimeout.isNegative() || readTimeout.isZero()) {
      throw new IllegalArgumentException("readTimeout must be positive: " + readTimeout);
    }
    if (retries < 0) {
      throw new IllegalArgumentException("retries must not be negative: " + retries);
    }
  }

  private static void requireInRange(String name, long value, long most) {
    if (value < 1 || value > most) {
      throw new IllegalArgumentException(name + " must be in 1.." + most + ": " + value);
    }
  }

  /**
   * Returns the defaults: 64 MiB, Pillow's pixel limit, 10 s to connect, 60 s for a download, 6
   * retries.
   */
  public static ImageLimits defaults() {
    return new ImageLimits(
        64L << 20, DEFAULT_MAX_PIXELS, Duration.ofSeconds(10), Duration.ofSeconds(60), 6);
  }
}
