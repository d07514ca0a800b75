package org.stfbatch.prompt;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * Text that is always read as one token and never passed to SentencePiece.
 *
 * @param stripsLeft whether the white space before it is removed
 * @param stripsRight whether the white space after it is removed
 * @param singleWord whether it counts as a token only where a space or the end of the text is on
 *     each side
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
