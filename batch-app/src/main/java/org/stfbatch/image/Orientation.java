package org.stfbatch.image;

/** Applies TIFF's orientation tag. */
final class Orientation {
  private static final int CHANNELS = 3;
  private static final int UPRIGHT = 1;
  private static final int LAST = 8;

  private Orientation() {}

  /** Returns whether the orientation changes a picture. */
  static boolean turns(int tag) {
    return tag > UPRIGHT && tag <= LAST;
  }

  /** Returns the upright picture; the same object if nothing changes. */
  static RgbImage upright(RgbImage image, int tag) {
    if (!turns(tag)) {
      return image;
    }
    int width = image.width();
    int height = image.height();
    boolean swaps = tag > 4;
    int newWidth = swaps ? height : width;
    int newHeight = swaps ? width : height;
    byte[] in = image.rgb();
    byte[] out = new byte[in.length];
    int to = 0;
    for (int y = 0; y < newHeight; y++) {
      for (int x = 0; x < newWidth; x++, to += CHANNELS) {
        int along = swaps ? y : x;
        int across = swaps ? x : y;
        int column = tag == 2 || tag == 3 || tag == 7 || tag == 8 ? width - 1 - along : along;
        int row = tag == 3 || tag == 4 || tag == 6 || tag == 7 ? height - 1 - across : across;
        int from = CHANNELS * (row * width + column);
        out[to] = in[from];
        out[to + 1] = in[from + 1];
        out[to + 2] = in[from + 2];
      }
    }
    return new RgbImage(newWidth, newHeight, out);
  }
}
