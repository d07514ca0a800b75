package org.stfbatch.model.checkpoint;

/** The upper half of a float32, which Java has no type for. */
public final class Bfloat16 {
  private static final int HALF = 16;

  private Bfloat16() {}

  /** Rounds to the nearest, of two to the even one; NaN stays NaN. */
  public static short of(float value) {
    int bits = Float.floatToRawIntBits(value);
    if (Float.isNaN(value)) {
      return (short) (bits >>> HALF | 1);
    }
    return (short) (bits + 0x7FFF + (bits >>> HALF & 1) >>> HALF);
  }
}
