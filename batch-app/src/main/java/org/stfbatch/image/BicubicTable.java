package org.stfbatch.image;

/**
 * Filter coefficients that resize one axis the way Pillow does for 8-bit images, for a range of
 * output samples.
 *
 * <p>The filter is the Keys cubic with a = -0.5. When shrinking, it is widened by the scale, so
 * that every input sample counts (antialiasing). Weights are normalised to sum 1 in double and then
 * stored as fixed-point numbers with {@value #PRECISION_BITS} fraction bits.
 *
 * <p>Output sample {@code i} is {@code half + sum(weights[i * stride + k] * in[first[i] + k])} for
 * k in 0..count[i]-1, shifted right by the fraction bits and clipped to a byte.
 */
final class BicubicTable {
  /** 32 bits less 8 for the sample and 2 for the filter's overshoot. */
  static final int PRECISION_BITS = 32 - 8 - 2;

  /** One half in fixed point: rounds the shifted sum to the nearest. */
  static final int HALF = 1 << (PRECISION_BITS - 1);

  private static final double A = -0.5;
  private static final double SUPPORT = 2.0;

  final int stride;
  final int[] first;
  final int[] count;
  final int[] weights; // [wanted, stride]

  /**
   * @param inSize samples before
   * @param outSize samples after
   * @param skipped output samples before the first wanted one
   * @param wanted number of output samples that the table covers
   */
  BicubicTable(int inSize, long outSize, long skipped, int wanted) {
    double scale = (double) inSize / outSize;
    double filterScale = Math.max(scale, 1.0);
    double support = SUPPORT * filterScale;
    stride = (int) Math.ceil(support) * 2 + 1;
    first = new int[wanted];
    count = new int[wanted];
    weights = new int[Math.multiplyExact(wanted, stride)];
    double[] exact = new double[stride];
    for (int i = 0; i < wanted; i++) {
      double centre = (skipped + i + 0.5) * scale;
      int from = Math.max((int) (centre - support + 0.5), 0);
      int to = Math.min((int) (centre + support + 0.5), inSize);
      first[i] = from;
      count[i] = to - from;
      fill(exact, to - from, from - centre + 0.5, 1.0 / filterScale);
      quantise(exact, to - from, i * stride);
    }
  }

  private static void fill(double[] exact, int n, double offset, double inverseScale) {
    double sum = 0;
    for (int k = 0; k < n; k++) {
      exact[k] = cubic((k + offset) * inverseScale);
      sum += exact[k];
    }
    if (sum != 0.0) {
      for (int k = 0; k < n; k++) {
        exact[k] /= sum;
      }
    }
  }

  private void quantise(double[] exact, int n, int base) {
    for (int k = 0; k < n; k++) {
      double scaled = exact[k] * (1 << PRECISION_BITS);
      weights[base + k] = (int) (exact[k] < 0 ? scaled - 0.5 : scaled + 0.5);
    }
  }

  private static double cubic(double signed) {
    double x = Math.abs(signed);
    if (x < 1.0) {
      return ((A + 2.0) * x - (A + 3.0)) * x * x + 1;
    }
    if (x < 2.0) {
      return (((x - 5) * x + 8) * x - 4) * A;
    }
    return 0.0;
  }

  /** Returns the byte value of a fixed-point sum that already includes {@link #HALF}. */
  static int clip(int sum) {
    int value = sum >> PRECISION_BITS;
    return value < 0 ? 0 : Math.min(value, 255);
  }
}
