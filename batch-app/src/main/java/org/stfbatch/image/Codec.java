package org.stfbatch.image;

import java.io.IOException;

/** Decodes the pictures of one file format. Thread safe. */
@FunctionalInterface
interface Codec {
  /** Bytes of a pixel of {@link RgbImage}. */
  int RGB = 3;

  /**
   * Reads the header of a file; decoding gives its first picture.
   *
   * @param data a whole file that starts as the format does
   * @param limit to be asked as soon as the size is known
   * @throws IOException if the data is broken or incomplete; on broken data, the libraries behind
   *     may also throw any unchecked exception
   */
  EncodedImage open(byte[] data, PixelLimit limit) throws IOException;
}
