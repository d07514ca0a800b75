package org.stfbatch.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

class RecordedTokenizerTest {

  @TempDir static Path folder;

  private static final Map<Boolean, LlamaTokenizer> BY_LEGACY = new HashMap<>();

  @BeforeAll
  static void open() throws Exception {
    BY_LEGACY.put(false, LlamaTokenizer.open(Recorded.checkpoint("tiny")));
    BY_LEGACY.put(
        true, LlamaTokenizer.open(Recorded.tokenizerFolder(folder, "{\"legacy\": true}")));
  }

  @AfterAll
  static void close() {
    BY_LEGACY.values().forEach(LlamaTokenizer::close);
  }

  @TestFactory
  Stream<DynamicTest> encodesAsRecorded() {
    return Stream.of(false, true)
        .flatMap(
            legacy ->
                recorded("legacy_" + legacy)
                    .map(c -> dynamicTest(legacy + " " + c.get("text"), () -> encode(legacy, c))));
  }

  private static void encode(boolean legacy, JsonNode line) {
    LlamaTokenizer tokenizer = BY_LEGACY.get(legacy);
    String text = line.get("text").asText();

    assertThat(tokenizer.encodeWithImages(text))
        .isEqualTo(Recorded.ints(line.get("image_token_ids")));
    assertThat(tokenizer.encode(text)).isEqualTo(Recorded.ints(line.get("plain_ids")));
    assertThat(tokenizer.encodeWithoutSpecial(text))
        .isEqualTo(Recorded.ints(line.get("no_special_ids")));
  }

  @TestFactory
  Stream<DynamicTest> decodesAsRecorded() {
    return Stream.of(false, true)
        .flatMap(
            legacy ->
                recorded("decode_legacy_" + legacy)
                    .map(c -> dynamicTest(legacy + " " + c.get("ids"), () -> decode(legacy, c))));
  }

  private static void decode(boolean legacy, JsonNode line) {
    LlamaTokenizer tokenizer = BY_LEGACY.get(legacy);
    int[] ids = Recorded.ints(line.get("ids"));

    assertThat(tokenizer.decode(ids, true)).isEqualTo(line.get("skip_special").asText());
    assertThat(tokenizer.decode(ids, false)).isEqualTo(line.get("with_special").asText());
  }

  private static Stream<JsonNode> recorded(String group) {
    return StreamSupport.stream(
        Recorded.json("cases/tokenizer_tiny.json").get(group).spliterator(), false);
  }

  @TestFactory
  List<DynamicTest> promptsAndAnswersOfTheRecordedModels() {
    List<DynamicTest> tests = new ArrayList<>();
    for (JsonNode line : Recorded.json("MANIFEST.json").get("cases")) {
      if (line.has("input_ids")) {
        tests.add(dynamicTest(line.get("id").asText(), () -> answer(line)));
      }
    }
    assertThat(tests).hasSizeGreaterThan(15);
    return tests;
  }

  private static void answer(JsonNode line) {
    try (LlamaTokenizer tokenizer =
        LlamaTokenizer.open(Recorded.checkpoint(line.get("checkpoint").asText()))) {
      int[] output = Recorded.ints(line.get("output_ids"));

      assertThat(tokenizer.encodeWithImages(line.get("prompt").asText()))
          .isEqualTo(Recorded.ints(line.get("input_ids")));
      assertThat(PythonText.strip(tokenizer.decode(output, true)))
          .isEqualTo(line.get("text").asText());
      if (line.has("text_with_special")) {
        assertThat(tokenizer.decode(output, false))
            .isEqualTo(line.get("text_with_special").asText());
      }
    }
  }

  @Test
  void theTemplateGivesTheRecordedPromptOfAQuestion() {
    int compared = 0;
    for (JsonNode line : Recorded.json("MANIFEST.json").get("cases")) {
      boolean oneImage = line.path("images").size() == 1 && line.path("question").isTextual();
      if (oneImage && line.get("prompt").asText().contains("<image>\n")) {
        ConversationTemplate template = ConversationTemplate.named(line.get("conv").asText());
        String message = ImagePrompt.message(line.get("question").asText(), true);
        assertThat(template.prompt(message)).isEqualTo(line.get("prompt").asText());
        compared++;
      }
    }
    assertThat(compared).isPositive();
  }
}
