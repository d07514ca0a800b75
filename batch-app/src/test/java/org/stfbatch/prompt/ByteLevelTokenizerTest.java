package org.stfbatch.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * A tokenizer of Llama 3's kind with 997 tokens; recorded are ids and texts of transformers 5.18
 * (tokenizers 0.23.2).
 */
class ByteLevelTokenizerTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int TOKENS = 997;
  private static final int BEGIN = 990;
  private static final int TURN_END = 993;

  @TempDir private Path folder;

  @BeforeEach
  void copy() throws IOException {
    for (String name : new String[] {"tokenizer.json", "tokenizer_config.json"}) {
      try (InputStream in = resource(name)) {
        Files.copy(in, folder.resolve(name));
      }
    }
  }

  private static InputStream resource(String name) {
    return ByteLevelTokenizerTest.class.getResourceAsStream("byte-level/" + name);
  }

  private static Stream<JsonNode> recorded(String kind) throws IOException {
    try (InputStream in = resource("recorded.json")) {
      return StreamSupport.stream(JSON.readTree(in).get(kind).spliterator(), false);
    }
  }

  @TestFactory
  Stream<DynamicTest> encodesAsRecorded() throws IOException {
    return recorded("encode").map(c -> dynamicTest(c.get("text").toString(), () -> encode(c)));
  }

  private void encode(JsonNode line) {
    String text = line.get("text").asText();
    try (LlamaTokenizer tokenizer = LlamaTokenizer.open(folder, TOKENS)) {
      assertThat(tokenizer.encodeWithImages(text))
          .isEqualTo(Recorded.ints(line.get("image_token_ids")));
      assertThat(tokenizer.encodeWithoutSpecial(text))
          .isEqualTo(Recorded.ints(line.get("no_special_ids")));
    }
  }

  @TestFactory
  Stream<DynamicTest> decodesAsRecorded() throws IOException {
    return recorded("decode").map(c -> dynamicTest(c.get("ids").toString(), () -> decode(c)));
  }

  private void decode(JsonNode line) throws IOException {
    int[] ids = Recorded.ints(line.get("ids"));
    change("tokenizer_config.json", "clean_up_tokenization_spaces", "false");
    try (LlamaTokenizer tokenizer = LlamaTokenizer.open(folder)) {
      assertThat(tokenizer.decode(ids, true)).isEqualTo(line.get("skip_special").asText());
      assertThat(tokenizer.decode(ids, false)).isEqualTo(line.get("with_special").asText());
    }
    change("tokenizer_config.json", "clean_up_tokenization_spaces", "true");
    try (LlamaTokenizer tokenizer = LlamaTokenizer.open(folder)) {
      assertThat(tokenizer.decode(ids, true)).isEqualTo(line.get("cleaned").asText());
    }
  }

  @Test
  void itsTokensHaveTheirRoles() {
    try (LlamaTokenizer tokenizer = LlamaTokenizer.open(folder)) {
      assertThat(tokenizer.bosTokenId()).isEqualTo(BEGIN);
      assertThat(tokenizer.eosTokenId()).isEqualTo(TURN_END);
      assertThat(tokenizer.vocabSize()).isEqualTo(TOKENS);
      assertThat(tokenizer.isSpecial(TURN_END)).isTrue();
      assertThat(tokenizer.isSpecial(0)).isFalse();
      assertThat(tokenizer.isSentencePiece()).isFalse();
    }
  }

  @Test
  void anAnswerFollowsALineFeedWithoutASpace() {
    try (LlamaTokenizer tokenizer = LlamaTokenizer.open(folder)) {
      assertThat(tokenizer.encodeContinuation("the", true))
          .isEqualTo(tokenizer.encodeWithoutSpecial("the"));
      assertThat(tokenizer.encodeContinuation("the", false))
          .isEqualTo(tokenizer.encodeWithoutSpecial(" the"))
          .isNotEqualTo(tokenizer.encodeWithoutSpecial("the"));
    }
  }

  @Test
  void longTextsAreEncodedWhole() {
    String text = "one two three four five ".repeat(20_000);
    try (LlamaTokenizer tokenizer = LlamaTokenizer.open(folder)) {
      int[] ids = tokenizer.encodeWithoutSpecial(text);

      assertThat(ids).hasSizeGreaterThan(100_000);
      assertThat(tokenizer.decode(ids, true)).isEqualTo(text);
      assertThat(tokenizer.mostCharacters(ids.length)).isGreaterThanOrEqualTo(text.length());
    }
  }

  @Test
  void anIdWithoutATokenIsAReplacementCharacter() {
    try (LlamaTokenizer tokenizer = LlamaTokenizer.open(folder)) {
      int[] ids = tokenizer.encodeWithoutSpecial("a b");
      int[] spoiled = IntStream.concat(IntStream.of(TOKENS), IntStream.of(ids)).toArray();

      assertThat(tokenizer.decode(spoiled, true)).isEqualTo("\uFFFDa b");
      assertThatThrownBy(() -> tokenizer.decode(new int[] {-200}, true))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void halfACharacterIsRefused() {
    try (LlamaTokenizer tokenizer = LlamaTokenizer.open(folder)) {
      assertThatThrownBy(() -> tokenizer.encode("a\ud83d"))
          .isInstanceOf(PromptException.class)
          .hasMessageContaining("unpaired surrogate");
    }
  }

  @Test
  void aClosedTokenizerFails() {
    LlamaTokenizer tokenizer = LlamaTokenizer.open(folder);
    tokenizer.close();
    tokenizer.close();

    assertThatThrownBy(() -> tokenizer.encode("a")).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> tokenizer.decode(new int[] {1}, true))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void addedTokensWithoutARowAreText() {
    try (LlamaTokenizer all = LlamaTokenizer.open(folder);
        LlamaTokenizer fewer = LlamaTokenizer.open(folder, TOKENS - 1)) {
      String last = "<|finetune_right_pad_id|>";

      assertThat(all.encodeWithoutSpecial(last)).containsExactly(TOKENS - 1);
      assertThat(fewer.encodeWithoutSpecial(last)).hasSizeGreaterThan(1);
      assertThat(fewer.decode(fewer.encodeWithoutSpecial(last), true)).isEqualTo(last);
    }
  }

  @Test
  void whatCannotBeUsedIsNamed() throws IOException {
    assertThatThrownBy(() -> LlamaTokenizer.open(folder, 900))
        .isInstanceOf(TokenizerException.class)
        .hasMessageContaining("990 pieces, but the model has rows for 900");

    change("tokenizer_config.json", "eos_token", "\"</s>\"");
    assertRefused("eos_token is \"</s>\"");
    change("tokenizer_config.json", "eos_token", "null");
    assertRefused("names no eos_token");
    change("tokenizer_config.json", "tokenizer_class", "\"GPT2Tokenizer\"");
    assertRefused("tokenizer_class is \"GPT2Tokenizer\"");
  }

  @Test
  void aDamagedFileIsNamed() throws IOException {
    change(
        "tokenizer.json", "model", "{\"type\":\"BPE\",\"vocab\":{\"a\":0},\"merges\":[\"b c\"]}");
    assertRefused("tokenizer.json cannot be used");
    Files.writeString(folder.resolve("tokenizer.json"), "[1]");
    assertRefused("is not a JSON object");
  }

  private void change(String file, String setting, String value) throws IOException {
    Path path = folder.resolve(file);
    ObjectNode content = (ObjectNode) JSON.readTree(path.toFile());
    content.set(setting, JSON.readTree(value));
    JSON.writeValue(path.toFile(), content);
  }

  private void assertRefused(String message) {
    assertThatThrownBy(() -> LlamaTokenizer.open(folder))
        .isInstanceOf(TokenizerException.class)
        .hasMessageContaining(message)
        .hasMessageNotContaining("\n");
  }
}
