package org.stfbatch.evaluation;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import org.stfbatch.evaluation.python.PythonValue;

/**
 * Line of a file of raw answers.
 *
 * @param file the file
 * @param line number of the line, from 1
 * @param object content of the line
 */
record RawAnswer(Path file, long line, JsonNode object) {
  private static final String ID = "question_id";

  /**
   * @throws BenchmarkException if it cannot be a lookup key
   */
  QuestionId id() {
    JsonNode id = value(ID);
    return QuestionId.key(id).orElseThrow(() -> fails(ID, id, "a number or a text"));
  }

  /** For scripts that accept only strings. */
  String textId() {
    return string(ID);
  }

  String text() {
    return string("text");
  }

  String prompt() {
    return string("prompt");
  }

  /** Returns the value of a required field, of any type. */
  JsonNode value(String field) {
    JsonNode value = object.path(field);
    if (value.isMissingNode()) {
      throw bad("has no \"" + field + "\"");
    }
    return value;
  }

  private String string(String field) {
    JsonNode value = value(field);
    if (!value.isTextual()) {
      throw fails(field, value, "a text");
    }
    return value.textValue();
  }

  /** Returns an error for a field at whose value the original's script fails. */
  BenchmarkException fails(String field, JsonNode value, String wanted) {
    return bad(
        "has %s in \"%s\" instead of %s, which the original's script fails at"
            .formatted(PythonValue.kind(value), field, wanted));
  }

  BenchmarkException bad(String why) {
    return new BenchmarkException("line %d of the answers %s %s".formatted(line, file, why));
  }
}
