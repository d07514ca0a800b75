package org.stfbatch.db;

import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * What PostgreSQL's {@code text} can hold: every character but NUL (U+0000), and no lone
 * surrogates, which are no characters and would silently become question marks on the way.
 */
public final class StoredText {

  private static final char NUL = '\u0000';
  private static final char SYMBOL_FOR_NUL = '\u2400';
  private static final char REPLACEMENT = '\uFFFD';

  private StoredText() {}

  /** Whether a text column gives this text back unchanged. */
  public static boolean isStorable(String text) {
    return text.indexOf(NUL) < 0 && isUnicode(text);
  }

  /** The text with NUL and lone surrogates replaced by U+FFFD: always storable, for messages. */
  public static String readable(String text) {
    if (isStorable(text)) {
      return text;
    }
    StringBuilder readable = new StringBuilder(text.length());
    text.codePoints()
        .map(c -> c == NUL || isSurrogate(c) ? REPLACEMENT : c)
        .forEach(readable::appendCodePoint);
    return readable.toString();
  }

  /**
   * @return the text itself
   * @throws IllegalArgumentException naming {@code what} if a text column cannot hold the text
   */
  static String requireStorable(String text, String what) {
    if (!isStorable(text)) {
      throw new IllegalArgumentException(
          what + " holds NUL or a lone surrogate, which the database cannot store");
    }
    return text;
  }

  /** Exact UTF-8 of a text, in which NUL may occur. */
  static byte[] exactUtf8(String text) {
    try {
      var encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
      byte[] bytes = new byte[encoded.remaining()];
      encoded.get(bytes);
      return bytes;
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("the text holds a lone surrogate", e);
    }
  }

  static boolean holdsNul(String text) {
    return text.indexOf(NUL) >= 0;
  }

  /** For a text column beside which the exact bytes are stored. */
  static String withSymbolForNul(String text) {
    return text.replace(NUL, SYMBOL_FOR_NUL);
  }

  static boolean isUnicode(String text) {
    return text.codePoints().noneMatch(StoredText::isSurrogate);
  }

  private static boolean isSurrogate(int codePoint) {
    return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
  }
}
