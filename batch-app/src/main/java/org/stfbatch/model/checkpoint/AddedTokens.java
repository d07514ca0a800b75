package org.stfbatch.model.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** Tokens that a tokenizer's files add to its vocabulary. */
final class AddedTokens {

  private AddedTokens() {}

  /**
   * Reads {@code added_tokens.json}, {@code tokenizer_config.json} and, if neither names any,
   * {@code tokenizer.json}; each may be absent.
   *
   * @return texts by their ids
   */
  static Map<Integer, String> of(Path folder) {
    Map<Integer, String> tokens = new TreeMap<>();
    node(folder.resolve("added_tokens.json"), "")
        .properties()
        .forEach(token -> tokens.put(token.getValue().asInt(), token.getKey()));
    node(folder.resolve("tokenizer_config.json"), "added_tokens_decoder")
        .properties()
        .forEach(token -> put(tokens, token.getKey(), token.getValue()));
    if (tokens.isEmpty()) {
      for (JsonNode token : node(folder.resolve("tokenizer.json"), "added_tokens")) {
        put(tokens, token.path("id").asText(), token);
      }
    }
    return tokens;
  }

  /** Skips ids that are not numbers; the tokenizer reports those. */
  private static void put(Map<Integer, String> tokens, String id, JsonNode token) {
    if (id.matches("\\d{1,9}")) {
      tokens.put(Integer.parseInt(id), token.path("content").asText(token.asText()));
    }
  }

  private static JsonNode node(Path file, String name) {
    if (!Files.exists(file)) {
      return MissingNode.getInstance();
    }
    JsonSettings json = JsonSettings.read(file);
    return name.isEmpty() ? json.copy() : json.node(name);
  }
}
