package org.stfbatch.prompt;

/**
 * Text functions with Python's idea of white space, which is neither Java's {@code trim} nor its
 * {@code strip}: U+0085 and the no-break spaces count, the zero width space does not.
 */
public final class PythonText {

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

  /**
   * Whether Python's {@code str.isspace()} holds for the character; all of them are in the basic
   * plane.
   */
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
