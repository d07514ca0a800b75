package org.stfbatch.image;

import java.io.IOException;

/** Decoder of one file format. Thread safe. */
@FunctionalInterface
interface Codec {
  /** Bytes per pixel of {@link RgbImage}. */
  int RGB = 3;

  /**
   * Reads the header of a file; the result decodes its first picture.
   *
   * @param data a whole file with the format's signature
   * @param limit must be checked as soon as the size is known
   * @throws IOException if the data is broken or truncated; on broken data, the underlying
   *     libraries may also throw any unchecked exception
   */
  EncodedImage open(byte[] data, PixelLimit limit) throws IOException;
}
