package org.stfbatch.evaluation;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;

/**
 * A line of a file of raw answers.
 *
 * @param file it is in
 * @param line its number, from 1
 * @param object what it holds
 */
record RawAnswer(Path file, long line, JsonNode object) {

  QuestionId id() {
    return QuestionId.of(object.path("question_id"))
        .orElseThrow(() -> bad("has no number or text in \"question_id\""));
  }

  String text() {
    return string("text");
  }

  String prompt() {
    return string("prompt");
  }

  private String string(String field) {
    JsonNode value = object.path(field);
    if (!value.isTextual()) {
      throw bad("has no text in \"" + field + "\"");
    }
    return value.textValue();
  }

  BenchmarkException bad(String why) {
    return new BenchmarkException("line %d of the answers %s %s".formatted(line, file, why));
  }
}
