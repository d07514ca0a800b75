package org.stfbatch.evaluation;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import org.stfbatch.evaluation.python.PythonValue;

/**
 * A line of a file of raw answers.
 *
 * @param file it is in
 * @param line its number, from 1
 * @param object what it holds
 */
record RawAnswer(Path file, long line, JsonNode object) {
  private static final String ID = "question_id";

  /**
   * @throws BenchmarkException if it is none that answers can be looked up by
   */
  QuestionId id() {
    JsonNode id = value(ID);
    return QuestionId.key(id).orElseThrow(() -> fails(ID, id, "a number or a text"));
  }

  /** For scripts that work with nothing but texts. */
  String textId() {
    return string(ID);
  }

  String text() {
    return string("text");
  }

  String prompt() {
    return string("prompt");
  }

  /** The value of a field that must be there, whatever it is. */
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

  /** That the original's script fails at the value of a field. */
  BenchmarkException fails(String field, JsonNode value, String wanted) {
    return bad(
        "has %s in \"%s\" instead of %s, which the original's script fails at"
            .formatted(PythonValue.kind(value), field, wanted));
  }

  BenchmarkException bad(String why) {
    return new BenchmarkException("line %d of the answers %s %s".formatted(line, file, why));
  }
}
