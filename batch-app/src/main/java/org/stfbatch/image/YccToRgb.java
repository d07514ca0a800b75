package org.stfbatch.image;

/** Converts full-range YCbCr to RGB (JFIF) with the fixed-point arithmetic of the IJG library. */
final class YccToRgb {
  private static final int BITS = 16;
  private static final int HALF = 1 << (BITS - 1);

  private static final int[] RED_OF_CR = new int[256];
  private static final int[] BLUE_OF_CB = new int[256];
  private static final int[] GREEN_OF_CR = new int[256];
  private static final int[] GREEN_OF_CB = new int[256];

  static {
    for (int i = 0; i < 256; i++) {
      int chroma = i - 128;
      RED_OF_CR[i] = (fixed(1.40200) * chroma + HALF) >> BITS;
      BLUE_OF_CB[i] = (fixed(1.77200) * chroma + HALF) >> BITS;
      GREEN_OF_CR[i] = -fixed(0.71414) * chroma;
      GREEN_OF_CB[i] = -fixed(0.34414) * chroma + HALF;
    }
  }

  private YccToRgb() {}

  private static int fixed(double factor) {
    return (int) (factor * (1 << BITS) + 0.5);
  }

  /** Converts the first three of every {@code stride} samples in place. */
  static void convert(byte[] samples, int stride) {
    for (int i = 0; i + 2 < samples.length; i += stride) {
      int luma = samples[i] & 0xff;
      int cb = samples[i + 1] & 0xff;
      int cr = samples[i + 2] & 0xff;
      samples[i] = clip(luma + RED_OF_CR[cr]);
      samples[i + 1] = clip(luma + ((GREEN_OF_CB[cb] + GREEN_OF_CR[cr]) >> BITS));
      samples[i + 2] = clip(luma + BLUE_OF_CB[cb]);
    }
  }

  private static byte clip(int value) {
    return (byte) (value < 0 ? 0 : Math.min(value, 255));
  }
}
