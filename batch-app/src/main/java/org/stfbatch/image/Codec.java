package org.stfbatch.image;

import java.io.IOException;

/** Decodes the pictures of one file format. Thread safe. */
@FunctionalInterface
interface Codec {

  /**
   * The first picture of a file, as RGB.
   *
   * @param data a whole file that starts as the format does
   * @param limit to be asked as soon as the size is known
   * @throws IOException if the data is broken or incomplete; on broken data, the libraries behind
   *     may also throw any unchecked exception
   */
  RgbImage decode(byte[] data, PixelLimit limit) throws IOException;
}
