package org.stfbatch.base;

/**
 * Valid ranges of penalties against repetition. Those of presence and frequency are OpenAI's. vLLM
 * and transformers accept any repetition penalty above 0; the bounds here keep logits, which are
 * multiplied and divided by it in float32, finite.
 */
public final class PenaltyRange {
  /** The lowest repetition penalty. */
  public static final double LEAST_REPETITION = 1e-6;

  /** The highest repetition penalty. */
  public static final double MOST_REPETITION = 100;

  /** The highest presence and frequency penalty; the lowest is its negative. */
  public static final double MOST_SUBTRACTED = 2;

  /** The range of repetition penalties, for messages. */
  public static final String REPETITION = "0.000001 to 100";

  /** The range of presence and frequency penalties, for messages. */
  public static final String SUBTRACTED = "-2 to 2";

  /** The range of n-gram sizes, for messages. */
  public static final String NGRAM_SIZE = "0 (off) to 2147483647";

  private PenaltyRange() {}

  /**
   * @param name of the parameter as the user wrote it, for the message
   * @return the value
   * @throws IllegalArgumentException if it is out of range
   */
  public static double repetition(String name, double value) {
    require(value >= LEAST_REPETITION && value <= MOST_REPETITION, name, REPETITION, value);
    return value;
  }

  /**
   * @param name of the presence or frequency penalty as the user wrote it, for the message
   * @return the value
   * @throws IllegalArgumentException if it is out of range
   */
  public static double subtracted(String name, double value) {
    require(Math.abs(value) <= MOST_SUBTRACTED, name, SUBTRACTED, value);
    return value;
  }

  /**
   * @param name of the parameter as the user wrote it, for the message
   * @return the value
   * @throws IllegalArgumentException if it is out of range
   */
  public static int ngramSize(String name, long value) {
    require(value >= 0 && value <= Integer.MAX_VALUE, name, NGRAM_SIZE, value);
    return (int) value;
  }

  private static void require(boolean condition, String name, String range, Number value) {
    if (!condition) {
      throw new IllegalArgumentException(name + " must be " + range + ", not " + value);
    }
  }
}
