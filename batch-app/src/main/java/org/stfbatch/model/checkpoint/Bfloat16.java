package org.stfbatch.model.checkpoint;

/** Conversion to bfloat16, the upper half of a float32; Java has no such type. */
public final class Bfloat16 {
  private static final int HALF = 16;

  private Bfloat16() {}

  /** Rounds half to even; NaN stays NaN. */
  public static short of(float value) {
    int bits = Float.floatToRawIntBits(value);
    if (Float.isNaN(value)) {
      return (short) (bits >>> HALF | 1);
    }
    return (short) (bits + 0x7FFF + (bits >>> HALF & 1) >>> HALF);
  }
}
