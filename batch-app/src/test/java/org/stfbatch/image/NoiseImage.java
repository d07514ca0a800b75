package org.stfbatch.image;

import java.util.Random;

/** Random pictures, for tests that need any picture. */
public final class NoiseImage {
  private NoiseImage() {}

  public static Pixels of(int size, Random random) {
    byte[] pixels = new byte[3 * size * size];
    random.nextBytes(pixels);
    return new Pixels(size, pixels);
  }
}
