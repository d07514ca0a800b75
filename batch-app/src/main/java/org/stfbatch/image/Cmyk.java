package org.stfbatch.image;

/**
 * CMYK to RGB as Pillow converts it, without a colour profile: each ink scales with what black
 * leaves.
 */
final class Cmyk {
  private Cmyk() {}

  /** Converts one pixel; inks range from 0 (none) to 255 (full). */
  static void toRgb(int cyan, int magenta, int yellow, int black, byte[] rgb, int at) {
    int left = 255 - black;
    rgb[at] = (byte) (left - share(cyan, left));
    rgb[at + 1] = (byte) (left - share(magenta, left));
    rgb[at + 2] = (byte) (left - share(yellow, left));
  }

  /** Returns {@code a * b / 255}, rounded to the nearest. */
  private static int share(int a, int b) {
    int product = a * b + 128;
    return ((product >> 8) + product) >> 8;
  }
}
