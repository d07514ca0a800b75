package org.stfbatch.base;

/**
 * Valid ranges of sampling parameters. Logits are divided by the temperature in float32: a smaller
 * temperature overflows, and a larger one makes all tokens equally likely. The lowest top_p is far
 * above the smallest float32.
 */
public final class SamplingRange {
  /** The lowest temperature above 0. */
  public static final double LEAST_TEMPERATURE = 1e-6;

  /** The highest temperature. */
  public static final double MOST_TEMPERATURE = 100;

  /** The lowest top_p. */
  public static final double LEAST_TOP_P = 1e-30;

  /** The range of temperatures, for messages. */
  public static final String TEMPERATURE = "0, or 0.000001 to 100";

  /** The range of top_p, for messages. */
  public static final String TOP_P = "1e-30 to 1";

  private SamplingRange() {}

  /** Returns whether a temperature is 0 (greedy decoding) or within the range. */
  public static boolean isTemperature(double value) {
    return value == 0 || value >= LEAST_TEMPERATURE && value <= MOST_TEMPERATURE;
  }

  /** Returns whether a top_p is within the range. */
  public static boolean isTopP(double value) {
    return value >= LEAST_TOP_P && value <= 1;
  }

  /**
   * @param name of the parameter as the user wrote it, for the message
   * @return the value
   * @throws IllegalArgumentException if it is out of range
   */
  public static double temperature(String name, double value) {
    require(isTemperature(value), name, TEMPERATURE, value);
    return value;
  }

  /**
   * @param name of the parameter as the user wrote it, for the message
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
