package org.stfbatch.image;

import java.io.IOException;

/**
 * An image whose header was read and found within the limits, and of which no pixel is decoded yet.
 *
 * @param width in pixels
 * @param height in pixels
 * @param heapBytes what decoding takes at its peak, result included, and the encoded image not
 * @param decoding makes the pixels
 */
record EncodedImage(int width, int height, long heapBytes, Decoding decoding) {

  /** Makes the pixels of an image. */
  @FunctionalInterface
  interface Decoding {
    /**
     * The whole image.
     *
     * @throws IOException if the data is broken or incomplete; on broken data, the libraries behind
     *     may also throw any unchecked exception
     */
    RgbImage decode() throws IOException;
  }

  /**
   * @param pixelBytes what a pixel takes at the peak, result included
   */
  static EncodedImage of(int width, int height, int pixelBytes, Decoding decoding) {
    return new EncodedImage(width, height, (long) pixelBytes * width * height, decoding);
  }
}
