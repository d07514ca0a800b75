package org.stfbatch.base;

/**
 * What may be asked of sampling. Logits are divided by the temperature in float32: a smaller one
 * overflows, and a larger one makes all tokens equally likely. The least top_p is far from
 * float32's least number.
 */
public final class SamplingRange {
  /** The least temperature above 0. */
  public static final double LEAST_TEMPERATURE = 1e-6;

  /** The highest temperature. */
  public static final double MOST_TEMPERATURE = 100;

  /** The least top_p. */
  public static final double LEAST_TOP_P = 1e-30;

  /** The range of temperatures, for messages. */
  public static final String TEMPERATURE = "0, or 0.000001 to 100";

  /** The range of top_p, for messages. */
  public static final String TOP_P = "1e-30 to 1";

  private SamplingRange() {}

  /** Whether it is 0 (greedy) or can be computed with. */
  public static boolean isTemperature(double value) {
    return value == 0 || value >= LEAST_TEMPERATURE && value <= MOST_TEMPERATURE;
  }

  /** Whether it can be computed with. */
  public static boolean isTopP(double value) {
    return value >= LEAST_TOP_P && value <= 1;
  }

  /**
   * @param name as whoever gave it calls it
   * @return the value
   * @throws IllegalArgumentException if it is out of range
   */
  public static double temperature(String name, double value) {
    require(isTemperature(value), name, TEMPERATURE, value);
    return value;
  }

  /**
   * @param name as whoever gave it calls it
   * @return the value
   * @throws IllegalArgumentException if it is out of range
   */
  public static double topP(String name, double value) {
    require(isTopP(value), name, TOP_P, value);
    return value;
  }

  private static void require(boolean condition, String name, String range, double value) {
    if (!condition) {
      throw new IllegalArgumentException(name + " must be " + range + ", not " + value);
    }
  }
}
