package org.stfbatch.job.ingest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import java.util.ArrayList;
import java.util.List;
import org.stfbatch.base.Shortened;
import org.stfbatch.db.ChoiceTexts;

/**
 * Parser of the command-line notation of choices: {@code A,B,C,D}, or a JSON list of texts, which
 * may contain commas.
 */
public final class ChoiceNotation {
  private static final ObjectReader JSON =
      new ObjectMapper().reader(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private ChoiceNotation() {}

  /**
   * @throws IllegalArgumentException if the text is neither
   */
  public static ChoiceTexts parse(String text) {
    return new ChoiceTexts(
        text.stripLeading().startsWith("[") ? list(text) : List.of(text.split(",", -1)));
  }

  private static List<String> list(String text) {
    List<String> texts = new ArrayList<>();
    try {
      for (JsonNode each : JSON.readTree(text)) {
        if (!each.isTextual()) {
          throw new IllegalArgumentException(
              "choices holds " + Shortened.given(each.toString()) + ", which is no text");
        }
        texts.add(each.asText());
      }
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("choices begins as a JSON list and is none", e);
    }
    return texts;
  }
}
