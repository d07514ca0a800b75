package org.stfbatch.image;

import java.io.IOException;

/** Limit on the pixels that a header announces, checked before any pixel is decoded. */
record PixelLimit(long maxPixels) {

  /** Beyond this side length, the resizing tables alone would take gigabytes. */
  private static final int MAX_SIDE = 1 << 20;

  /** The header announces more than the limit. */
  static final class ExceededException extends IOException {
    private static final long serialVersionUID = 1L;

    private ExceededException(String message) {
      super(message);
    }
  }

  void check(int width, int height) throws IOException {
    if (width < 1 || height < 1) {
      throw new IOException("its header announces " + width + "x" + height + " pixels");
    }
    if ((long) width * height > maxPixels) {
      throw new ExceededException(
          width + "x" + height + " pixels, the limit is " + maxPixels + " in all");
    }
    if (Math.max(width, height) > MAX_SIDE) {
      throw new ExceededException(
          width + "x" + height + " pixels, the limit is " + MAX_SIDE + " on one side");
    }
  }
}
