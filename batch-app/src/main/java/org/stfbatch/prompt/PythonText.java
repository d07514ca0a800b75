package org.stfbatch.prompt;

import java.util.ArrayList;
import java.util.List;

/**
 * String functions with Python's semantics. Python's white space differs from that of Java's {@code
 * trim} and {@code strip}: it includes U+0085 and the no-break spaces, but not the zero width
 * space.
 */
public final class PythonText {
  private static final int CAPITAL_SIGMA = 0x3A3;
  private static final int SMALL_SIGMA = 0x3C3;
  private static final int SMALL_FINAL_SIGMA = 0x3C2;
  private static final int CAPITAL_I_WITH_DOT = 0x130;

  /**
   * Unicode's word-break classes MidLetter, MidNumLet and Single_Quote: punctuation within words.
   */
  private static final String WITHIN_WORDS =
      "'.:\u00B7\u0387\u055F\u05F4\u2018\u2019\u2024\u2027\uFE13\uFE52\uFE55\uFF07\uFF0E\uFF1A";

  private PythonText() {}

  /** Python's {@code str.strip()}. */
  public static String strip(String text) {
    return stripLeading(stripTrailing(text));
  }

  /** Python's {@code str.lstrip()}. */
  public static String stripLeading(String text) {
    int start = 0;
    while (start < text.length() && isSpace(text.charAt(start))) {
      start++;
    }
    return text.substring(start);
  }

  /** Python's {@code str.rstrip()}. */
  public static String stripTrailing(String text) {
    int end = text.length();
    while (end > 0 && isSpace(text.charAt(end - 1))) {
      end--;
    }
    return text.substring(0, end);
  }

  /** Python's {@code str.split()}: the words between white space, none of them empty. */
  public static List<String> words(String text) {
    List<String> words = new ArrayList<>();
    int start = 0;
    for (int at = 0; at <= text.length(); at++) {
      if (at == text.length() || isSpace(text.charAt(at))) {
        if (at > start) {
          words.add(text.substring(start, at));
        }
        start = at + 1;
      }
    }
    return words;
  }

  /**
   * Python's {@code str.lower()}, which follows Unicode's rule for the final sigma; Java's differs.
   */
  public static String lower(String text) {
    StringBuilder lower = new StringBuilder(text.length());
    for (int at = 0; at < text.length(); at += Character.charCount(text.codePointAt(at))) {
      int c = text.codePointAt(at);
      if (c == CAPITAL_SIGMA) {
        lower.appendCodePoint(isFinal(text, at) ? SMALL_FINAL_SIGMA : SMALL_SIGMA);
      } else if (c == CAPITAL_I_WITH_DOT) {
        lower.append("i\u0307");
      } else {
        lower.appendCodePoint(Character.toLowerCase(c));
      }
    }
    return lower.toString();
  }

  private static boolean isFinal(String text, int sigma) {
    int before = sigma;
    while (before > 0 && isCaseIgnorable(text.codePointBefore(before))) {
      before -= Character.charCount(text.codePointBefore(before));
    }
    int after = sigma + 1;
    while (after < text.length() && isCaseIgnorable(text.codePointAt(after))) {
      after += Character.charCount(text.codePointAt(after));
    }
    return before > 0
        && isCased(text.codePointBefore(before))
        && !(after < text.length() && isCased(text.codePointAt(after)));
  }

  private static boolean isCased(int c) {
    return Character.isLowerCase(c) || Character.isUpperCase(c) || Character.isTitleCase(c);
  }

  private static boolean isCaseIgnorable(int c) {
    return switch (Character.getType(c)) {
      case Character.NON_SPACING_MARK,
          Character.ENCLOSING_MARK,
          Character.FORMAT,
          Character.MODIFIER_LETTER,
          Character.MODIFIER_SYMBOL ->
          true;
      default -> WITHIN_WORDS.indexOf(c) >= 0;
    };
  }

  /** Python's {@code str.isspace()}; all such characters are in the basic multilingual plane. */
  public static boolean isSpace(char c) {
    return (c >= 0x09 && c <= 0x0D)
        || (c >= 0x1C && c <= 0x20)
        || c == 0x85
        || c == 0xA0
        || c == 0x1680
        || (c >= 0x2000 && c <= 0x200A)
        || c == 0x2028
        || c == 0x2029
        || c == 0x202F
        || c == 0x205F
        || c == 0x3000;
  }
}
