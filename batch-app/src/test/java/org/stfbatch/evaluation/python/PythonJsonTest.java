package org.stfbatch.evaluation.python;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The expected texts are the output of Python 3's {@code json.dumps}. */
class PythonJsonTest {

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "0x00, `\"\\u0000\"`",
        "0x08, `\"\\b\"`",
        "0x09, `\"\\t\"`",
        "0x0A, `\"\\n\"`",
        "0x0B, `\"\\u000b\"`",
        "0x0C, `\"\\f\"`",
        "0x0D, `\"\\r\"`",
        "0x1F, `\"\\u001f\"`",
        "0x20, `\" \"`",
        "0x22, `\"\\\"\"`",
        "0x2F, `\"/\"`",
        "0x5C, `\"\\\\\"`",
        "0x7E, `\"~\"`",
        "0x7F, `\"\\u007f\"`",
        "0x80, `\"\\u0080\"`",
        "0xE9, `\"\\u00e9\"`",
        "0x2028, `\"\\u2028\"`",
        "0xFFFD, `\"\\ufffd\"`",
        "0x1F600, `\"\\ud83d\\ude00\"`"
      })
  void writesACharacterAsPythonDoes(String codePoint, String expected) {
    assertThat(PythonJson.string(Character.toString(Integer.decode(codePoint))))
        .isEqualTo(expected);
  }

  @Test
  void anyTextComesBack() throws JsonProcessingException {
    StringBuilder all = new StringBuilder();
    for (int c = 0; c < 0x11000; c++) {
      if (c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE) {
        all.appendCodePoint(c);
      }
    }
    String json = PythonJson.string(all.toString());

    assertThat(json).matches("[ -~]*");
    assertThat(new ObjectMapper().readValue(json, String.class)).isEqualTo(all.toString());
  }

  @Test
  void writesListsAndMapsInOneLine() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("b", List.of(1, "x", 2.5));
    map.put("a", Map.of());
    map.put("none", null);
    map.put("yes", true);

    assertThat(PythonJson.of(map))
        .isEqualTo("{\"b\": [1, \"x\", 2.5], \"a\": {}, \"none\": null, \"yes\": true}");
  }

  @Test
  void writesListsAndMapsOverSeveralLines() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("b", List.of(1, List.of()));
    map.put("a", Map.of());

    assertThat(PythonJson.indented(map, 2))
        .isEqualTo("{\n  \"b\": [\n    1,\n    []\n  ],\n  \"a\": {}\n}");
    assertThat(PythonJson.indented(Map.of(), 2)).isEqualTo("{}");
  }
}
