package org.stfbatch.vocabulary;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Pieces of a tokenizer: ids 0 to 2 are {@code <unk>}, {@code <s>} and {@code </s>}, ids 3 to 258
 * the bytes, and the text pieces follow in the order in which they are merged. Spaces are written
 * as U+2581.
 *
 * @param texts the pieces after the bytes, in decreasing precedence
 */
public record Vocabulary(List<String> texts) {
  static final char SPACE = '\u2581';
  static final List<String> CONTROL = List.of("<s>", "</s>");
  static final String UNKNOWN = "<unk>";

  /** Unknown, begin of text, end of text, and all bytes. */
  static final int RESERVED = 1 + 2 + 256;

  public Vocabulary {
    texts = List.copyOf(texts);
  }

  /** Returns the number of all pieces, including the reserved ones. */
  public int size() {
    return RESERVED + texts.size();
  }

  static List<String> bytes() {
    List<String> bytes = new ArrayList<>();
    for (int value = 0; value < 256; value++) {
      bytes.add(String.format(Locale.ROOT, "<0x%02X>", value));
    }
    return bytes;
  }
}
