package org.stfbatch.image;

import java.util.Arrays;

/** Colour tables of palette pictures, as 0xRRGGBB. */
final class Palettes {
  private static final int SIZE = 256;

  private Palettes() {}

  /** Returns levels of gray, which Pillow uses for an index outside of a file's palette. */
  static int[] gray() {
    int[] colours = new int[SIZE];
    Arrays.setAll(colours, i -> i * 0x010101);
    return colours;
  }

  /**
   * @param rgb three bytes a colour
   */
  static int[] of(byte[] rgb) {
    int[] colours = gray();
    for (int i = 0; i < Math.min(rgb.length / 3, SIZE); i++) {
      colours[i] = (rgb[3 * i] & 0xff) << 16 | (rgb[3 * i + 1] & 0xff) << 8 | rgb[3 * i + 2] & 0xff;
    }
    return colours;
  }
}
