package org.stfbatch.db;

import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Checks and conversions for PostgreSQL's {@code text}, which cannot hold NUL (U+0000). Lone
 * surrogates are not storable either: the driver would silently replace them by question marks.
 */
public final class StoredText {

  private static final char NUL = '\u0000';
  private static final char SYMBOL_FOR_NUL = '\u2400';
  private static final char REPLACEMENT = '\uFFFD';

  private StoredText() {}

  /** Returns whether a text column stores this text unchanged. */
  public static boolean isStorable(String text) {
    return text.indexOf(NUL) < 0 && isUnicode(text);
  }

  /**
   * Returns the text with NUL and lone surrogates replaced by U+FFFD, for messages; always
   * storable.
   */
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
   * Checks that a text is storable.
   *
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

  /** Returns the exact UTF-8 bytes of a text, which may contain NUL. */
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

  /**
   * Replaces NUL by its symbol (U+2400), for a readable text column; the exact bytes are stored in
   * another column.
   */
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
