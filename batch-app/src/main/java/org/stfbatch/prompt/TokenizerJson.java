package org.stfbatch.prompt;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A {@code tokenizer.json} of Hugging Face's tokenizers.
 *
 * @param directory the checkpoint's folder, with the settings beside the file
 * @param file its path, for messages
 * @param root its content
 */
record TokenizerJson(Path directory, Path file, ObjectNode root) {
  private static final int LONGEST_VALUE = 120;

  /**
   * @throws TokenizerException if the file is no JSON object
   * @throws IOException if the file cannot be read
   */
  static TokenizerJson read(Path directory, Path file, ObjectMapper mapper) throws IOException {
    JsonNode root;
    try {
      root = mapper.readTree(Files.readAllBytes(file));
    } catch (JsonProcessingException e) {
      throw new TokenizerException("%s cannot be read as JSON: copy it again".formatted(file), e);
    }
    if (!(root instanceof ObjectNode object)) {
      throw new TokenizerException("%s is not a JSON object: copy it again".formatted(file));
    }
    return new TokenizerJson(directory, file, object);
  }

  /** Whether its pieces are made of bytes, as in GPT-2 and Llama 3. */
  boolean isByteLevel() {
    return root.path("decoder").path("type").asText().equals("ByteLevel");
  }

  /** Whether a value is absent or null. */
  static boolean isNothing(JsonNode value) {
    return value.isMissingNode() || value.isNull();
  }

  /** Returns a value for a message. */
  static String shortened(JsonNode value) {
    String text = value.isMissingNode() ? "absent" : value.toString();
    return text.length() <= LONGEST_VALUE ? text : text.substring(0, LONGEST_VALUE) + "...";
  }
}
