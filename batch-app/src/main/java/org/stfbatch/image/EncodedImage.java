package org.stfbatch.image;

import java.io.IOException;

/**
 * An image whose header was read and is within the limits, not decoded yet.
 *
 * @param width in pixels
 * @param height in pixels
 * @param heapBytes peak heap of decoding, including the result and excluding the encoded image
 * @param decoding decodes the pixels
 */
record EncodedImage(int width, int height, long heapBytes, Decoding decoding) {

  /** Decodes the pixels of an image. */
  @FunctionalInterface
  interface Decoding {
    /**
     * Decodes the whole image.
     *
     * @throws IOException if the data is broken or truncated; on broken data, the underlying
     *     libraries may also throw any unchecked exception
     */
    RgbImage decode() throws IOException;
  }

  /**
   * @param pixelBytes peak bytes per pixel, including the result
   */
  static EncodedImage of(int width, int height, int pixelBytes, Decoding decoding) {
    return new EncodedImage(width, height, (long) pixelBytes * width * height, decoding);
  }
}
