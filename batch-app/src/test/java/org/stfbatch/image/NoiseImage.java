package org.stfbatch.image;

import java.util.Random;

/** Pictures in which every pixel is drawn by itself, for tests that only need some picture. */
public final class NoiseImage {
  private NoiseImage() {}

  public static Pixels of(int size, Random random) {
    byte[] pixels = new byte[3 * size * size];
    random.nextBytes(pixels);
    return new Pixels(size, pixels);
  }
}
