package org.stfbatch.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class ConversationTemplateTest {

  @TestFactory
  Stream<DynamicTest> joinsAsRecorded() {
    return StreamSupport.stream(
            Recorded.json("cases/conversation.json").get("cases").spliterator(), false)
        .map(c -> dynamicTest(c.get("template").asText() + c.get("messages"), () -> check(c)));
  }

  private static void check(JsonNode line) {
    ConversationTemplate template = ConversationTemplate.named(line.get("template").asText());
    List<String> messages = new ArrayList<>();
    line.get("messages").forEach(m -> messages.add(m.isNull() ? null : m.asText()));

    if (line.has("original_raises")) {
      assertThatThrownBy(() -> template.prompt(messages))
          .isInstanceOfSatisfying(
              PromptException.class,
              e -> assertThat(e.code()).isEqualTo(PromptErrorCode.PROMPT_INVALID));
    } else {
      assertThat(template.prompt(messages)).isEqualTo(line.get("prompt").asText());
    }
  }

  /** Recorded from {@code conversation.py}, for every name of a template. */
  private static Stream<JsonNode> ofAllNames() throws IOException {
    try (InputStream recorded =
        ConversationTemplateTest.class.getResourceAsStream("conversations.json")) {
      return StreamSupport.stream(
          new ObjectMapper().readTree(recorded).get("cases").spliterator(), false);
    }
  }

  @TestFactory
  Stream<DynamicTest> everyNameJoinsAsRecorded() throws IOException {
    return ofAllNames()
        .map(c -> dynamicTest(c.get("template").asText() + c.get("messages"), () -> check(c)));
  }

  @Test
  void answersEndAtTheSeparatorUnlessTheEndTokenEndsThem() throws IOException {
    ofAllNames()
        .forEach(
            c ->
                assertThat(ConversationTemplate.named(c.get("template").asText()).stop())
                    .as(c.get("template").asText())
                    .isEqualTo(
                        Optional.ofNullable(c.get("stop").textValue())
                            .filter(stop -> !stop.equals("</s>"))));
  }

  @Test
  void anEmptyTurnIsAnOpenTurn() {
    assertThat(ConversationTemplate.VICUNA_V1.prompt("")).endsWith("questions. USER:ASSISTANT:");
  }

  @Test
  void llama2NeedsAFirstMessage() {
    assertThatThrownBy(() -> ConversationTemplate.LLAMA_2.prompt(""))
        .isInstanceOf(PromptException.class)
        .hasMessageContaining("first message");
  }

  @Test
  void anUnknownNameListsTheKnownOnes() {
    assertThatThrownBy(() -> ConversationTemplate.named("v9"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("v9")
        .hasMessageContaining("vicuna_v1, v1, llava_v1, v1_mmtag, v0, default")
        .hasMessageContaining("llava_llama_2, mistral_instruct, mpt,");
  }
}
