package org.stfbatch.prompt;

import java.io.ByteArrayOutputStream;
import java.util.List;
import org.stfbatch.prompt.SentencePieceModel.PieceType;

/**
 * Decodes pieces as SentencePiece's {@code DecodePieces} does: byte pieces are collected and read
 * as UTF-8, and the leading space that the encoder added is removed.
 *
 * <p>It is written in Java because the native binding corrupts characters outside the basic
 * multilingual plane.
 */
final class SentencePieceDecoder {

  private static final char SPACE_SYMBOL = '\u2581';
  private static final char REPLACEMENT = '\uFFFD';

  private final SentencePieceModel model;
  private final boolean dropsLeadingSpace;

  /**
   * @param addDummyPrefix whether the encoder that made the pieces puts a space before the text
   */
  SentencePieceDecoder(SentencePieceModel model, boolean addDummyPrefix) {
    this.model = model;
    this.dropsLeadingSpace = addDummyPrefix || model.removeExtraWhitespaces();
  }

  /** Decodes pieces; a piece that the model does not have is copied as text. */
  String decode(List<String> pieces) {
    StringBuilder text = new StringBuilder();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    boolean atStart = true;
    boolean leadingSpaceSeen = false;
    for (String piece : pieces) {
      Integer id = model.idOf(piece);
      PieceType type = id == null ? PieceType.UNKNOWN : model.piece(id).type();
      if (type == PieceType.BYTE) {
        bytes.write(byteOf(piece));
        continue;
      }
      flush(bytes, text);
      atStart = atStart && !leadingSpaceSeen && text.isEmpty();
      switch (type) {
        case CONTROL -> leadingSpaceSeen = false;
        case UNKNOWN -> {
          text.append(id == null ? piece : model.unknownSurface());
          leadingSpaceSeen = false;
        }
        default -> {
          boolean drop =
              atStart && dropsLeadingSpace && !piece.isEmpty() && piece.charAt(0) == SPACE_SYMBOL;
          text.append(piece.substring(drop ? 1 : 0).replace(SPACE_SYMBOL, ' '));
          leadingSpaceSeen = drop && !model.removeExtraWhitespaces();
        }
      }
    }
    flush(bytes, text);
    return text.toString();
  }

  /** Returns the byte of a piece of the form {@code <0xNN>}. */
  private static int byteOf(String piece) {
    return Integer.parseInt(piece.substring(3, piece.length() - 1), 16);
  }

  private static void flush(ByteArrayOutputStream bytes, StringBuilder text) {
    appendUtf8(bytes.toByteArray(), text);
    bytes.reset();
  }

  /**
   * Appends bytes read as UTF-8, with one replacement character for each byte that is not part of a
   * character. The decoders of Java and Python would write one for a whole malformed sequence.
   */
  static void appendUtf8(byte[] bytes, StringBuilder text) {
    int at = 0;
    while (at < bytes.length) {
      int length = sequenceLength(bytes[at]);
      int codePoint = at + length <= bytes.length ? codePoint(bytes, at, length) : -1;
      if (codePoint < 0) {
        text.append(REPLACEMENT);
        at++;
      } else {
        text.appendCodePoint(codePoint);
        at += length;
      }
    }
  }

  private static int sequenceLength(byte lead) {
    if (lead >= 0) {
      return 1;
    } else if ((lead & 0xE0) == 0xC0) {
      return 2;
    } else if ((lead & 0xF0) == 0xE0) {
      return 3;
    }
    return 4;
  }

  /**
   * Returns the code point of a sequence, or -1 if it is not the shortest form of a Unicode scalar
   * value.
   */
  private static int codePoint(byte[] bytes, int at, int length) {
    if (length == 1) {
      return bytes[at];
    }
    if (length == 4 && (bytes[at] & 0xF8) != 0xF0) {
      return -1;
    }
    int codePoint = bytes[at] & (0xFF >> (length + 1));
    for (int i = 1; i < length; i++) {
      if ((bytes[at + i] & 0xC0) != 0x80) {
        return -1;
      }
      codePoint = codePoint << 6 | bytes[at + i] & 0x3F;
    }
    int smallest = length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000;
    boolean surrogate =
        codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
    return codePoint < smallest || codePoint > Character.MAX_CODE_POINT || surrogate
        ? -1
        : codePoint;
  }
}
