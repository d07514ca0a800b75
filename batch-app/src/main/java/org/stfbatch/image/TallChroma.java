package org.stfbatch.image;

import java.util.Arrays;

/**
 * Chroma upsampling of 4:4:0 pictures, which come from rotating 4:2:2 ones by 90 degrees. The IJG's
 * release 6b repeats each chroma row; libjpeg-turbo blends it three to one with the nearer
 * neighbour. The result shows which of the two a JDK contains.
 */
final class TallChroma {
  private static final int COMPONENTS = 3;

  private TallChroma() {}

  /** Blends the second and third component in place if their rows come in equal pairs. */
  static void smooth(byte[] samples, int width, int height) {
    int stride = COMPONENTS * width;
    if (!hasRepeatedRows(samples, stride, height)) {
      return;
    }
    byte[] above = Arrays.copyOf(samples, stride);
    for (int y = 0; y < height; y += 2) {
      int first = y * stride;
      int below = y + 2 < height ? first + 2 * stride : first;
      boolean hasSecond = y + 1 < height;
      for (int pixel = 0; pixel < stride; pixel += COMPONENTS) {
        for (int x = pixel + 1; x < pixel + COMPONENTS; x++) {
          int centre = samples[first + x] & 0xff;
          int next = samples[below + x] & 0xff;
          samples[first + x] = (byte) ((3 * centre + (above[x] & 0xff) + 1) >> 2);
          if (hasSecond) {
            samples[first + stride + x] = (byte) ((3 * centre + next + 2) >> 2);
          }
          above[x] = (byte) centre;
        }
      }
    }
  }

  private static boolean hasRepeatedRows(byte[] samples, int stride, int height) {
    for (int y = 0; y + 1 < height; y += 2) {
      for (int x = y * stride; x < (y + 1) * stride; x += COMPONENTS) {
        if (samples[x + 1] != samples[x + stride + 1]
            || samples[x + 2] != samples[x + stride + 2]) {
          return false;
        }
      }
    }
    return true;
  }
}
