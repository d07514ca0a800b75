package org.stfbatch.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Writer of a question file. */
final class Questions {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final StringBuilder lines = new StringBuilder();

  /** Appends a raw line. */
  Questions line(String line) {
    lines.append(line).append('\n');
    return this;
  }

  /**
   * Appends a question.
   *
   * @param image null for none
   * @param more further fields, alternating names and values
   */
  Questions ask(Object questionId, String image, String text, Object... more) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("question_id", questionId);
    if (image != null) {
      fields.put("image", image);
    }
    fields.put("text", text);
    for (int i = 0; i < more.length; i += 2) {
      fields.put(more[i].toString(), more[i + 1]);
    }
    try {
      return line(JSON.writeValueAsString(fields));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  Path writeTo(Path file) throws IOException {
    return Files.writeString(file, lines, StandardCharsets.UTF_8);
  }
}
