package org.stfbatch.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonDefectTest {
  private static final ObjectMapper MAPPER =
      new ObjectMapper(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxStringLength(50)
                          .maxNumberLength(20)
                          .maxNestingDepth(10)
                          .maxNameLength(30)
                          .build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
          .enable(JsonParser.Feature.INCLUDE_SOURCE_IN_LOCATION);

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"a\": NaN} | NaN is not JSON: write null",
        "{\"a\": -Infinity} | -Infinity is not JSON: write null",
        "{\"a\": 1, \"a\": 2} | it holds a twice",
        "{} {} | something follows its JSON value",
        "{\"a\": 1 | Unexpected end-of-input: expected close marker for Object",
        "[1} | Unexpected close marker '}': expected ']'",
      })
  void theDefectIsSaidInPlainWords(String json, String words) {
    assertThat(defect(json)).startsWith(words);
  }

  @Test
  void nothingOfTheParserShows() {
    Random random = new Random(5);
    String[] parts = {
      "{",
      "}",
      "[",
      "]",
      ":",
      ",",
      "\"a\"",
      "\"b\"",
      "1",
      "-",
      "1e",
      "NaN",
      "Infinity",
      "tru",
      "\"",
      "\\u12",
      "\u0001",
      "'",
      "/*",
      "#",
      "0x1",
      "007",
      "9".repeat(30),
      "é",
      " ",
      "\"\\q\"",
      "\"" + "x".repeat(60) + "\"",
      "[".repeat(20),
      "{\"" + "n".repeat(40) + "\":1}",
      "w".repeat(900)
    };
    int defects = 0;
    for (int i = 0; i < 30_000; i++) {
      StringBuilder json = new StringBuilder();
      for (int n = 1 + random.nextInt(7); n > 0; n--) {
        json.append(parts[random.nextInt(parts.length)]);
      }
      try {
        MAPPER.readTree(json.toString());
      } catch (JsonProcessingException e) {
        defects++;
        assertThat(JsonDefect.of(e))
            .as(json.toString())
            .isNotBlank()
            .hasSizeLessThan(300)
            .hasLineCount(1)
            .doesNotContain("`", "Source", "Feature", "fasterxml", "Constraints", "JsonToken");
      }
    }
    assertThat(defects).isGreaterThan(1000);
  }

  private static String defect(String json) {
    return JsonDefect.of(
        catchThrowableOfType(JsonProcessingException.class, () -> MAPPER.readTree(json)));
  }
}
