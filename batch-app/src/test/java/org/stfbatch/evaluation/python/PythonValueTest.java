package org.stfbatch.evaluation.python;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.math.BigInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The expected values are the results of Python 3 for {@code json.loads} of the same texts. */
class PythonValueTest {
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build();

  private static JsonNode value(String json) throws JsonProcessingException {
    return JSON.readTree(json);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "1 | 1.0 | true",
        "1 | true | true",
        "0.0 | false | true",
        "-0.0 | 0 | true",
        "1 | \"1\" | false",
        "null | 0 | false",
        "null | null | true",
        "9007199254740993 | 9007199254740992.0 | false",
        "1e400 | Infinity | true",
        "NaN | NaN | false",
        "[NaN] | [NaN] | true",
        "[1, [true]] | [1.0, [1]] | true",
        "[1] | [1, 2] | false",
        "{\"a\": 1, \"b\": 2} | {\"b\": 2.0, \"a\": true} | true",
        "{\"a\": 1} | {\"b\": 1} | false",
        "[] | {} | false",
        "\"A\" | [\"A\"] | false"
      })
  void equality(String a, String b, boolean equal) throws JsonProcessingException {
    assertThat(PythonValue.equal(value(a), value(b))).isEqualTo(equal);
    assertThat(PythonValue.equal(value(b), value(a))).isEqualTo(equal);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "null | None",
        "true | True",
        "5 | 5",
        "5.0 | 5.0",
        "1e16 | 1e+16",
        "NaN | nan",
        "-Infinity | -inf",
        "12345678901234567890123 | 12345678901234567890123",
        "\"a'b\" | a'b",
        "[\"a'b\", \"c\"] | [\"a'b\", 'c']",
        "[\"a'b\\\"\"] | ['a\\'b\"']",
        "[\"\\n\\r\\t\\\\\\u0007\\u00a0\\u00e9\"] | ['\\n\\r\\t\\\\\\x07\\xa0é']",
        "[\"\\u200b\\ud83d\\ude00\\ud83d\"] | ['\\u200b😀\\ud83d']",
        "{\"a\": [null, 1.5], \"b\": {}} | {'a': [None, 1.5], 'b': {}}"
      })
  void texts(String json, String expected) throws JsonProcessingException {
    assertThat(PythonValue.str(value(json))).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", "false", "0", "0.0", "\"\"", "[]", "{}"})
  void whatIsFalse(String json) throws JsonProcessingException {
    assertThat(PythonValue.isTrue(value(json))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"true", "-1", "NaN", "0.1", "\"false\"", "[0]", "{\"a\": null}"})
  void whatIsTrue(String json) throws JsonProcessingException {
    assertThat(PythonValue.isTrue(value(json))).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "' \"12_0\"', 120",
    "'\"\\u0661\\u0662\"', 12",
    "'\"\\u00a07\\n\"', 7",
    "1.9, 1",
    "-1.9, -1",
    "true, 1"
  })
  void wholeNumbers(String json, BigInteger expected) throws JsonProcessingException {
    assertThat(PythonValue.integer(value(json))).contains(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", "NaN", "1e400", "\"1.0\"", "\"v1\"", "[1]", "\"\""})
  void noWholeNumbers(String json) throws JsonProcessingException {
    assertThat(PythonValue.integer(value(json))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1 | 2.5",
        "true | 1.5",
        "\"B\" | \"a\"",
        "1 | Infinity",
        "\"\\uffff\" | \"\\ud83d\\ude00\""
      })
  void order(String less, String more) throws JsonProcessingException {
    assertThat(PythonValue.compare(value(less), value(more)).orElseThrow()).isNegative();
    assertThat(PythonValue.compare(value(more), value(less)).orElseThrow()).isPositive();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"1 | \"1\"", "null | 1", "[1] | [2]"})
  void noOrder(String a, String b) throws JsonProcessingException {
    assertThat(PythonValue.compare(value(a), value(b))).isEmpty();
  }
}
