package org.stfbatch.prompt;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * A text that is one token wherever it is written, outside SentencePiece's reach.
 *
 * @param stripsLeft whether it swallows the white space before it
 * @param stripsRight whether it swallows the white space behind it
 * @param singleWord whether it counts only between spaces
 */
record AddedToken(String content, boolean stripsLeft, boolean stripsRight, boolean singleWord) {

  static AddedToken plain(String content) {
    return new AddedToken(content, false, false, false);
  }

  /** Reads the form {@code "<s>"} or {@code {"content": "<s>", "lstrip": false, ...}}. */
  static AddedToken from(JsonNode node) {
    if (node.isTextual()) {
      return plain(node.asText());
    }
    return new AddedToken(
        node.path("content").asText(),
        node.path("lstrip").asBoolean(),
        node.path("rstrip").asBoolean(),
        node.path("single_word").asBoolean());
  }
}
