package org.stfbatch.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A {@code tokenizer.json} alone gives the same ids as the {@code tokenizer.model} that it was
 * converted from.
 */
class TokenizerJsonTest {
  private static final int TEXTS = 2000;
  private static final float LOWEST = -1e9f;
  private static final List<String> PARTS =
      List.of(
          " ",
          "  ",
          "     ",
          "\n",
          "\n\n",
          "\t",
          "\r\n",
          "\u2581",
          "\u2581\u2581",
          "a",
          "the ",
          "The",
          " picture",
          "What is",
          "ing",
          "0",
          "7",
          "1234567890",
          "3.14",
          "<s>",
          "</s>",
          "<unk>",
          "<0x0A>",
          "<pad>",
          "<image>",
          "USER:",
          "ASSISTANT:",
          "\u00e9",
          "e\u0301",
          "\u4f60\u597d",
          "\ud83d\ude00",
          "\ud83d\udc69\u200d\ud83d\ude80",
          "\u0645\u0631\u062d",
          "\u0000",
          "\ufeff",
          "\u3000",
          "\u00a0",
          "'s",
          "n't",
          "...",
          "----",
          "aaaa",
          "zzz",
          "<",
          ">",
          "/",
          "s>");

  @TempDir private Path folder;
  private TokenizerJsonWriter writer;

  @BeforeEach
  void ofTheRecordedModel() throws IOException {
    writer = new TokenizerJsonWriter(recordedModel());
  }

  private static Path recordedModel() {
    return Recorded.checkpoint("tiny").resolve("tokenizer.model");
  }

  @ParameterizedTest
  @CsvSource({"false, false", "false, true", "true, false", "true, true"})
  void encodesAndDecodesAsRecorded(boolean legacy, boolean metaspace) throws IOException {
    (metaspace ? writer.metaspace() : writer).write(folder);
    configure("{\"legacy\": %s}".formatted(legacy));

    try (LlamaTokenizer tokenizer = LlamaTokenizer.open(folder)) {
      for (JsonNode line : recorded("legacy_" + legacy)) {
        String text = line.get("text").asText();
        assertThat(tokenizer.encodeWithImages(text))
            .as(text)
            .isEqualTo(Recorded.ints(line.get("image_token_ids")));
        assertThat(tokenizer.encodeWithoutSpecial(text))
            .as(text)
            .isEqualTo(Recorded.ints(line.get("no_special_ids")));
      }
      for (JsonNode line : recorded("decode_legacy_" + legacy)) {
        int[] ids = Recorded.ints(line.get("ids"));
        assertThat(tokenizer.decode(ids, true)).isEqualTo(line.get("skip_special").asText());
        assertThat(tokenizer.decode(ids, false)).isEqualTo(line.get("with_special").asText());
      }
    }
  }

  private static JsonNode recorded(String group) {
    JsonNode lines = Recorded.json("cases/tokenizer_tiny.json").get(group);
    assertThat(lines).isNotEmpty();
    return lines;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void encodesRandomTextsAsTheModel(boolean legacy) throws IOException {
    writer.write(folder);

    requireSameAs(recordedModel(), legacy);
  }

  /**
   * LLaMA's own model has pieces of 2 to 16 spaces that share one score below all others: whatever
   * the converter's order of their merges, spaces are joined from the left, and after everything
   * else.
   */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void runsOfSpacesAreJoinedLast(boolean byLengths) throws IOException {
    Path model = withRunsOfSpaces();
    writer = new TokenizerJsonWriter(model);
    (byLengths ? writer.byScoresAndLengths() : writer.byScores()).write(folder);

    requireSameAs(model, false);
    try (LlamaTokenizer tokenizer = LlamaTokenizer.open(folder)) {
      for (int count = 2; count < 60; count++) {
        int[] ids = tokenizer.encodeWithoutSpecial(" ".repeat(count - 1));
        assertThat(ids).as("%d", count).hasSize((count + 15) / 16 + (count % 16 == 15 ? 1 : 0));
      }
    }
  }

  @Test
  void whatTransformers5MakesOfAModelAloneHasLostTheScoresOfSpaces() throws IOException {
    new TokenizerJsonWriter(withRunsOfSpaces()).byIds().write(folder);

    assertRefused("its merges have the order of the ids and not of the scores");
  }

  @Test
  void whatTransformers5MakesOfAJsonIsRead() throws IOException {
    Path model = withRunsOfSpaces();
    writer = new TokenizerJsonWriter(model).metaspace();
    writer.model().putNull("unk_token");
    writer.write(folder);

    requireSameAs(model, false);
  }

  /** Returns the recorded model with pieces of spaces like LLaMA's: up to 16, but none of 15. */
  private Path withRunsOfSpaces() throws IOException {
    SentencePieceModel recorded = SentencePieceModel.parse(Files.readAllBytes(recordedModel()));
    SentencePieceBuilder model = new SentencePieceBuilder();
    for (int id = 0; id < recorded.size(); id++) {
      String text = recorded.piece(id).text();
      switch (recorded.piece(id).type()) {
        case UNKNOWN -> model.unknown(text);
        case CONTROL -> model.control(text);
        case BYTE -> model.bytePiece(text);
        default -> model.normal(text, text.matches("\u2581+") ? LOWEST : -id);
      }
    }
    for (int length : new int[] {4, 8, 5, 16, 6, 12, 13, 10, 14, 3, 9, 7, 11}) {
      String spaces = "\u2581".repeat(length);
      if (recorded.idOf(spaces) == null) {
        model.normal(spaces, LOWEST);
      }
    }
    Path file = folder.resolve("with-spaces.model");
    Files.write(file, model.build());
    return file;
  }

  private void requireSameAs(Path model, boolean legacy) throws IOException {
    String config = "{\"legacy\": %s}".formatted(legacy);
    Path original = Files.createDirectory(folder.resolve("original"));
    Files.copy(model, original.resolve("tokenizer.model"));
    Files.writeString(original.resolve("tokenizer_config.json"), config);
    configure(config);
    SplittableRandom random = new SplittableRandom(7);

    try (LlamaTokenizer ours = LlamaTokenizer.open(folder);
        LlamaTokenizer theirs = LlamaTokenizer.open(original)) {
      for (int i = 0; i < TEXTS; i++) {
        String text = i % 2 == 0 ? ofParts(random) : ofCharacters(random);
        int[] ids = theirs.encode(text);
        assertThat(ours.encode(text)).as(text).isEqualTo(ids);
        assertThat(ours.decode(ids, true)).as(text).isEqualTo(theirs.decode(ids, true));
      }
    }
  }

  private static String ofParts(SplittableRandom random) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(1, 20); i > 0; i--) {
      text.append(PARTS.get(random.nextInt(PARTS.size())));
    }
    return text.toString();
  }

  private static String ofCharacters(SplittableRandom random) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(1, 60); i > 0; i--) {
      int point = random.nextInt(random.nextInt(4) == 0 ? 0x11000 : 0x7f);
      text.appendCodePoint(point >= 0xd800 && point <= 0xdfff ? ' ' : point);
    }
    return text.toString();
  }

  @Test
  void tokenizerModelOverridesTokenizerJson() throws IOException {
    writer.json().remove("model");
    writer.write(folder);
    Files.copy(recordedModel(), folder.resolve("tokenizer.model"));

    try (LlamaTokenizer tokenizer = LlamaTokenizer.open(folder)) {
      assertThat(tokenizer.vocabSize()).isEqualTo(1000);
    }
  }

  @ParameterizedTest
  @CsvSource({"first, false", "always, true"})
  void theFormSaysWhatTheSettingsLeaveOpen(String scheme, boolean legacy) throws IOException {
    writer.metaspace();
    ((ObjectNode) writer.json().get("pre_tokenizer")).put("prepend_scheme", scheme);
    writer.write(folder);

    try (LlamaTokenizer tokenizer = LlamaTokenizer.open(folder)) {
      assertThat(tokenizer.isLegacy()).isEqualTo(legacy);
    }
  }

  @Test
  void aNormaliserIsLegacyUnlessTheSettingsSayOtherwise() throws IOException {
    writer.write(folder);
    try (LlamaTokenizer tokenizer = LlamaTokenizer.open(folder)) {
      assertThat(tokenizer.isLegacy()).isTrue();
    }
    configure("{\"legacy\": false}");
    try (LlamaTokenizer tokenizer = LlamaTokenizer.open(folder)) {
      assertThat(tokenizer.isLegacy()).isFalse();
    }
  }

  @Test
  void addedTokensAreTokensIfTheModelHasRowsForThem() throws IOException {
    writer.added(1000, "<image>").added(1001, "<pad>").write(folder);
    configure("{\"legacy\": false, \"pad_token\": \"<pad>\"}");

    try (LlamaTokenizer all = LlamaTokenizer.open(folder);
        LlamaTokenizer authors = LlamaTokenizer.open(folder, 1000);
        LlamaTokenizer tiny = LlamaTokenizer.open(Recorded.checkpoint("tiny"))) {
      assertThat(all.encode("a<pad>")).containsExactly(1, 260, 1001);
      for (String text : List.of("a<pad>", "<pad>", "a <image> b", "  <pad></s> <image>")) {
        assertThat(authors.encode(text)).as(text).isEqualTo(tiny.encode(text));
        assertThat(authors.decode(tiny.encode(text), true))
            .isEqualTo(tiny.decode(tiny.encode(text), true));
      }
    }
  }

  @Test
  void aVocabularyLargerThanTheModelIsRefused() throws IOException {
    writer.write(folder);

    assertThatThrownBy(() -> LlamaTokenizer.open(folder, 999))
        .isInstanceOf(TokenizerException.class)
        .hasMessageContaining("tokenizer.json has 1000 pieces, but the model has rows for 999");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/model/type | \"Unigram\" | model.type is \"Unigram\"; supported is 'BPE'",
        "/model/type | \"WordPiece\" | model.type",
        "/model/byte_fallback | false | model.byte_fallback is false; supported is true",
        "/model/byte_fallback | null | model.byte_fallback",
        "/model/dropout | 0.1 | model.dropout",
        "/model/continuing_subword_prefix | \"##\" | model.continuing_subword_prefix",
        "/model/end_of_word_suffix | \"</w>\" | model.end_of_word_suffix",
        "/model/ignore_merges | true | model.ignore_merges",
        "/added_tokens | [] | no pair makes \"<s>\"",
        "/model/unk_token | \"<s>\" | model.unk_token",
        "/model/merges | [] | not joined",
        "/model/merges | [\"abc\"] | \"abc\" is no pair",
        "/model/vocab | {} | model.vocab",
        "/model/vocab | {\"<unk>\":1} | ids 0 to 0",
        "/model/vocab | {\"a\":0,\"b\":0} | ids 0 to 1",
        "/normalizer | {\"type\":\"NFKC\"} | normalizer is {\"type\":\"NFKC\"}",
        "/normalizer | {\"type\":\"Sequence\",\"normalizers\":[]} | normalizer",
        "/normalizer | null | pre_tokenizer is null",
        "/pre_tokenizer | {\"type\":\"ByteLevel\"} | pre_tokenizer",
        "/model | null | model.type is absent"
      })
  void unsupportedSettingsAreNamed(String place, String value, String message) throws IOException {
    set(place, value);
    writer.write(folder);

    assertRefused(message);
  }

  @ParameterizedTest
  @CsvSource({"/split, true", "/prepend_scheme, \"never\"", "/replacement, \"_\""})
  void aPreTokeniserThatSplitsIsRefused(String place, String value) throws IOException {
    writer.metaspace();
    set("/pre_tokenizer" + place, value);
    writer.write(folder);

    assertRefused("pre_tokenizer is");
  }

  @Test
  void theFirstPieceIsTheUnknownOneWhereNoneIsNamed() throws IOException {
    writer.model().putNull("unk_token");
    writer.json().putArray("added_tokens");
    writer.write(folder);

    assertRefused("model.unk_token is null; supported is the piece with the id 0");
  }

  @Test
  void mergesThatNoScoresHaveGivenAreRefused() throws IOException {
    ArrayNode merges = (ArrayNode) writer.model().get("merges");
    merges.remove(merges.size() / 2);
    writer.write(folder);
    assertRefused("not joined");

    merges = (ArrayNode) new TokenizerJsonWriter(recordedModel()).model().get("merges");
    ArrayNode apart = merges.arrayNode();
    merges.forEach(merge -> apart.insert(0, merge));
    String piece = merges.get(0).asText().replace(" ", "");
    apart.insert(0, "%s %s".formatted(piece.substring(0, 1), piece.substring(1)));
    writer.model().set("merges", apart);
    writer.write(folder);
    assertRefused("are not adjacent");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{\"model\": ", "[]", "version https://git-lfs.github.com/spec/v1"})
  void aBrokenFileIsNamed(String content) throws IOException {
    Files.writeString(folder.resolve("tokenizer.json"), content);

    assertRefused("tokenizer.json");
  }

  private void set(String place, String value) throws IOException {
    int last = place.lastIndexOf('/');
    ((ObjectNode) writer.json().at(place.substring(0, last)))
        .set(place.substring(last + 1), new ObjectMapper().readTree(value));
  }

  private void assertRefused(String message) {
    assertThatThrownBy(() -> LlamaTokenizer.open(folder))
        .isInstanceOf(TokenizerException.class)
        .hasMessageContaining(folder.resolve("tokenizer.json").toString())
        .hasMessageContaining(message)
        .hasMessageNotContaining("\n");
  }

  private void configure(String config) throws IOException {
    Files.writeString(folder.resolve("tokenizer_config.json"), config);
  }
}
