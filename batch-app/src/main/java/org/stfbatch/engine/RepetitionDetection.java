package org.stfbatch.engine;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * When an answer counts as repeating itself: its last tokens are one pattern over and over.
 *
 * @param maxPatternSize the longest pattern, in tokens; 0 if answers may repeat themselves
 * @param minCount how often the pattern occurs in a row, at least
 * @param minTokens how many tokens these occurrences have together, at least
 */
public record RepetitionDetection(int maxPatternSize, int minCount, int minTokens) {
  /** Answers may repeat themselves. */
  public static final RepetitionDetection OFF = new RepetitionDetection(0, 2, 2);

  private static final int DEFAULT_PATTERN_SIZE = 32;
  private static final int DEFAULT_COUNT = 4;
  private static final int DEFAULT_TOKENS = 64;

  /**
   * Detects repeated sentences, and nothing that people write: "very, very", numbers with many
   * zeros, lists with a few equal items.
   */
  public static final RepetitionDetection DEFAULT =
      new RepetitionDetection(DEFAULT_PATTERN_SIZE, DEFAULT_COUNT, DEFAULT_TOKENS);

  /** The notation of {@link #DEFAULT}. */
  public static final String DEFAULT_NOTATION =
      "max-pattern-size="
          + DEFAULT_PATTERN_SIZE
          + ",min-count="
          + DEFAULT_COUNT
          + ",min-tokens="
          + DEFAULT_TOKENS;

  /** Every new token is compared with one token for each pattern size. */
  private static final int MOST_PATTERN_SIZE = 1000;

  private static final String OFF_NAME = "off";
  private static final String NOTATION = "max-pattern-size=%d,min-count=%d,min-tokens=%d";
  private static final Pattern PART = Pattern.compile("([a-z-]+)=(\\d{1,9})");

  public RepetitionDetection {
    require(
        maxPatternSize >= 0 && maxPatternSize <= MOST_PATTERN_SIZE,
        "max-pattern-size must be 1 to " + MOST_PATTERN_SIZE);
    require(minCount >= 2, "min-count must be 2 or more");
    require(minTokens >= 2, "min-tokens must be 2 or more");
  }

  /**
   * Parses {@code off}, or some of {@code max-pattern-size=N,min-count=N,min-tokens=N}. Omitted
   * numbers are those of {@link #DEFAULT}.
   *
   * @throws IllegalArgumentException if it is neither, or a number is out of range
   */
  public static RepetitionDetection parse(String text) {
    if (text.equals(OFF_NAME)) {
      return OFF;
    }
    int maxPatternSize = DEFAULT_PATTERN_SIZE;
    int minCount = DEFAULT_COUNT;
    int minTokens = DEFAULT_TOKENS;
    for (String part : text.split(",", -1)) {
      Matcher matcher = PART.matcher(part);
      require(matcher.matches(), expected(part));
      int number = Integer.parseInt(matcher.group(2));
      switch (matcher.group(1)) {
        case "max-pattern-size" -> maxPatternSize = number;
        case "min-count" -> minCount = number;
        case "min-tokens" -> minTokens = number;
        default -> throw new IllegalArgumentException(expected(part));
      }
    }
    require(maxPatternSize > 0, "max-pattern-size must be 1 or more; to disable it, write off");
    return new RepetitionDetection(maxPatternSize, minCount, minTokens);
  }

  private static String expected(String part) {
    return "'%s' is neither off nor one of max-pattern-size=N, min-count=N and min-tokens=N"
        .formatted(part);
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new IllegalArgumentException(message);
    }
  }

  boolean isOff() {
    return maxPatternSize == 0;
  }

  /** Returns the notation that {@link #parse} reads. */
  @Override
  public String toString() {
    return isOff() ? OFF_NAME : NOTATION.formatted(maxPatternSize, minCount, minTokens);
  }
}
