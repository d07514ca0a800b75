package org.stfbatch.evaluation;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.Reader;
import org.stfbatch.base.JsonDefect;

/**
 * JSON parser with the leniency of Python's {@code json}: it also accepts NaN, Infinity and strings
 * of any length.
 */
final class Json {
  /** Python refuses to convert longer integers from text. */
  private static final int MOST_DIGITS = 4300;

  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxStringLength(Integer.MAX_VALUE)
                          .maxNameLength(Integer.MAX_VALUE)
                          .maxNumberLength(MOST_DIGITS)
                          .build())
                  .build())
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private Json() {}

  /** Returns the value of a text; only white space may surround it. */
  static JsonNode parse(String text) throws JsonProcessingException {
    return present(MAPPER.readTree(text));
  }

  static JsonNode parse(Reader reader) throws IOException {
    return present(MAPPER.readTree(reader));
  }

  private static JsonNode present(JsonNode node) throws JsonProcessingException {
    if (node == null || node.isMissingNode()) {
      throw new NothingThere();
    }
    return node;
  }

  /** Returns an error's message without the excerpt and the position, which the caller adds. */
  static String reason(JsonProcessingException error) {
    return JsonDefect.of(error);
  }

  private static final class NothingThere extends JsonProcessingException {
    NothingThere() {
      super("there is nothing");
    }
  }
}
