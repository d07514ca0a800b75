package org.stfbatch.base;

import java.util.Locale;

/**
 * Shortens texts for messages of one line. Input that a message quotes may be as large as an image
 * in base64, and messages are stored, exported and published.
 *
 * <p>Lengths are in Unicode code points.
 */
public final class Shortened {
  /** The most characters that are shown of one input text. */
  public static final int MOST_GIVEN = 200;

  /** The longest message; a longer one quotes input and is cut in the middle. */
  public static final int MOST_MESSAGE = 400;

  private static final int MESSAGE_BEGINNING = 220;
  private static final int MESSAGE_END = 60;
  private static final int REPLACEMENT = 0xFFFD;

  private Shortened() {}

  /**
   * Returns the beginning of an input text, and how much was left out. Line breaks, other control
   * characters and lone surrogates become U+FFFD.
   */
  public static String given(String text) {
    String line = line(text, text.offsetByCodePoints(0, prefix(text, MOST_GIVEN)));
    int left = text.codePointCount(0, text.length()) - MOST_GIVEN;
    return left <= 0 ? line : line + "... (" + count(left) + " more characters)";
  }

  /**
   * Returns a message unchanged if it is no longer than {@value #MOST_MESSAGE}, else its beginning,
   * which names the item, and its end, which names the cure.
   */
  public static String message(String text) {
    if (text.length() <= MOST_MESSAGE) {
      return text;
    }
    int length = text.codePointCount(0, text.length());
    if (length <= MOST_MESSAGE) {
      return text;
    }
    String beginning = text.substring(0, text.offsetByCodePoints(0, MESSAGE_BEGINNING));
    String end = text.substring(text.offsetByCodePoints(text.length(), -MESSAGE_END));
    int left = length - MESSAGE_BEGINNING - MESSAGE_END;
    return beginning + " ... (" + count(left) + " characters left out) ... " + end;
  }

  private static String count(int characters) {
    return String.format(Locale.ROOT, "%,d", characters);
  }

  private static int prefix(String text, int most) {
    return Math.min(most, text.codePointCount(0, Math.min(text.length(), 2 * most)));
  }

  private static String line(String text, int end) {
    StringBuilder line = new StringBuilder(end);
    text.substring(0, end).codePoints().map(Shortened::shown).forEach(line::appendCodePoint);
    return line.toString();
  }

  private static int shown(int codePoint) {
    boolean breaks =
        Character.isISOControl(codePoint)
            || codePoint == '\u2028'
            || codePoint == '\u2029'
            || codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
    return breaks ? REPLACEMENT : codePoint;
  }
}
