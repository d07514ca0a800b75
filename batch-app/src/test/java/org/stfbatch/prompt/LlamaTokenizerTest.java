package org.stfbatch.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The expected ids and texts are those of transformers' slow LlamaTokenizer for the same files. */
class LlamaTokenizerTest {

  @TempDir Path folder;

  @Test
  void aNulCharacterIsItsBytePiece() {
    try (LlamaTokenizer tokenizer = tiny()) {
      assertThat(tokenizer.encode("a\u0000b")).containsExactly(1, 260, 3, 930);
      assertThat(tokenizer.encode("\u0000")).containsExactly(1, 909, 3);
      assertThat(tokenizer.decode(new int[] {1, 3, 300, 3}, true)).isEqualTo("\u0000--\u0000");
    }
  }

  @Test
  void spacesAroundSpecialTokens() {
    try (LlamaTokenizer tokenizer = tiny()) {
      assertThat(tokenizer.encode("  <s>  a")).containsExactly(1, 312, 909, 1, 909, 260);
      assertThat(tokenizer.encode("a </s> b")).containsExactly(1, 260, 909, 2, 287);
      assertThat(tokenizer.encode("\u2581</s>")).containsExactly(1, 312, 2);
      assertThat(tokenizer.encode("<unk>")).containsExactly(1, 0);
    }
  }

  @Test
  void emojiIsItsFourBytes() {
    try (LlamaTokenizer tokenizer = tiny()) {
      assertThat(tokenizer.encode("\uD83D\uDE00")).containsExactly(1, 909, 243, 162, 155, 131);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\uD83D", "\uDE00b", "\uDE00\uD83D", "\uD83Dx\uDE00"})
  void anUnpairedSurrogateIsRefused(String text) {
    try (LlamaTokenizer tokenizer = tiny()) {
      assertThatThrownBy(() -> tokenizer.encodeWithImages(text))
          .isInstanceOfSatisfying(
              PromptException.class,
              e -> assertThat(e.code()).isEqualTo(PromptErrorCode.PROMPT_INVALID))
          .hasMessageContaining("surrogate");
    }
  }

  @Test
  void brokenUtf8GivesOneReplacementForEachByte() {
    try (LlamaTokenizer tokenizer = tiny()) {
      assertThat(decodeBytes(tokenizer, 0xE4, 0xB8)).isEqualTo("\uFFFD\uFFFD");
      assertThat(decodeBytes(tokenizer, 0xED, 0xA0, 0x80)).isEqualTo("\uFFFD\uFFFD\uFFFD");
      assertThat(decodeBytes(tokenizer, 0xC0, 0x80)).isEqualTo("\uFFFD\uFFFD");
      assertThat(decodeBytes(tokenizer, 0xF4, 0x90, 0x80, 0x80)).isEqualTo("\uFFFD".repeat(4));
      assertThat(decodeBytes(tokenizer, 0xEF, 0xBF, 0xBD)).isEqualTo("\uFFFD");
      assertThat(decodeBytes(tokenizer, 0xE4, 0xB8, 0xAD, 0x80, 'a')).isEqualTo("\u4E2D\uFFFDa");
    }
  }

  private static String decodeBytes(LlamaTokenizer tokenizer, int... bytes) {
    return tokenizer.decode(Arrays.stream(bytes).map(b -> b + 3).toArray(), true);
  }

  @Test
  void anIdWithoutATokenIsAReplacementCharacterAndAnImageIsRefused() {
    try (LlamaTokenizer tokenizer = tiny()) {
      assertThat(tokenizer.vocabSize()).isEqualTo(1000);
      assertThat(tokenizer.decode(new int[] {300, 31_999, 300}, true)).isEqualTo("--\uFFFD--");
      assertThatThrownBy(() -> tokenizer.decode(new int[] {LlamaTokenizer.IMAGE_TOKEN_INDEX}, true))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("-200");
    }
  }

  @Test
  void bosAndEosAsConfigured() throws Exception {
    Recorded.tokenizerFolder(
        folder, "{\"legacy\": false, \"add_bos_token\": false, \"add_eos_token\": true}");
    try (LlamaTokenizer tokenizer = LlamaTokenizer.open(folder)) {
      assertThat(tokenizer.encode("hello")).containsExactly(637, 574, 2);
      assertThat(tokenizer.encodeWithImages("hello<image>hello"))
          .containsExactly(637, 574, 2, -200, 637, 574, 2);
    }
  }

  @Test
  void withoutAConfigurationTheBehaviourIsTheLegacyOne() throws Exception {
    Files.copy(
        Recorded.checkpoint("tiny").resolve("tokenizer.model"), folder.resolve("tokenizer.model"));
    try (LlamaTokenizer tokenizer = LlamaTokenizer.open(folder)) {
      assertThat(tokenizer.encode("a</s>b")).containsExactly(1, 260, 2, 287);
      assertThat(tokenizer.decode(tokenizer.encode("it 's"), true)).isEqualTo("it 's");
    }
  }

  @Test
  void cleansSpacesUpWhenConfigured() throws Exception {
    Recorded.tokenizerFolder(folder, "{\"clean_up_tokenization_spaces\": true}");
    try (LlamaTokenizer tokenizer = LlamaTokenizer.open(folder)) {
      assertThat(tokenizer.decode(tokenizer.encode("it 's here , is n't it ?"), true))
          .isEqualTo("it's here, isn't it?");
    }
  }

  @Test
  void addedTokensOfTheConfiguration() throws Exception {
    Recorded.tokenizerFolder(
        folder,
        """
        {"legacy": false, "additional_special_tokens": ["<end>"],
         "added_tokens_decoder": {
           "1000": {"content": "<end>", "lstrip": true, "rstrip": true, "special": true},
           "1001": {"content": "<ends>", "special": false}}}
        """);
    try (LlamaTokenizer tokenizer = LlamaTokenizer.open(folder)) {
      assertThat(tokenizer.encode("hello  <end>  hello<ends>hello"))
          .containsExactly(1, 637, 574, 1000, 262, 918, 574, 1001, 262, 918, 574);
      assertThat(tokenizer.decode(new int[] {637, 574, 1000, 637, 574, 1001, 300}, true))
          .isEqualTo("hello hello <ends> --");
      assertThat(tokenizer.decode(new int[] {637, 574, 1000, 637, 574, 1001, 300}, false))
          .isEqualTo("hello <end> hello <ends> --");
    }
  }

  @Test
  void addedTokensOfTheirOwnFiles() throws Exception {
    Recorded.tokenizerFolder(folder, "{\"legacy\": false}");
    Files.writeString(folder.resolve("added_tokens.json"), "{\"<mark>\": 1000}");
    Files.writeString(folder.resolve("special_tokens_map.json"), "{\"pad_token\": \"[PAD]\"}");
    try (LlamaTokenizer tokenizer = LlamaTokenizer.open(folder)) {
      assertThat(tokenizer.encode("hello<mark>[PAD]")).containsExactly(1, 637, 574, 1000, 1001);
      assertThat(tokenizer.decode(new int[] {637, 574, 1001}, true)).isEqualTo("hello");
    }
  }

  @Test
  void aFolderWithoutATokenizerSaysWhatToDo() {
    assertThatThrownBy(() -> LlamaTokenizer.open(folder))
        .isInstanceOf(TokenizerException.class)
        .hasMessageContaining(folder.toString())
        .hasMessageContaining("holds no tokenizer.model and no tokenizer.json: copy it");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "this is no model", "version https://git-lfs.github.com/spec/v1"})
  void aBrokenModelIsNamed(String content) throws Exception {
    Files.writeString(folder.resolve("tokenizer.model"), content);

    assertThatThrownBy(() -> LlamaTokenizer.open(folder))
        .isInstanceOf(TokenizerException.class)
        .hasMessageContaining(folder.resolve("tokenizer.model").toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"legacy\": ", "[]", "{\"added_tokens_decoder\": {\"x\": \"<x>\"}}"})
  void aBrokenConfigurationIsNamed(String config) throws Exception {
    Recorded.tokenizerFolder(folder, config);

    assertThatThrownBy(() -> LlamaTokenizer.open(folder))
        .isInstanceOf(TokenizerException.class)
        .hasMessageContaining("tokenizer_config.json");
  }

  @Test
  void manyThreadsEncodeTheSame() throws Exception {
    List<String> texts =
        IntStream.range(0, 200)
            .mapToObj(i -> "What is <s> number " + i + "? \uD83D\uDE00")
            .toList();
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try (LlamaTokenizer tokenizer = tiny()) {
      List<int[]> alone = texts.stream().map(tokenizer::encode).toList();
      Callable<List<int[]>> all = () -> texts.stream().map(tokenizer::encode).toList();
      for (Future<List<int[]>> together : threads.invokeAll(Collections.nCopies(16, all))) {
        assertThat(together.get()).usingRecursiveComparison().isEqualTo(alone);
      }
    } finally {
      threads.shutdown();
    }
  }

  @Test
  void aClosedTokenizerFailsInsteadOfCrashing() {
    LlamaTokenizer tokenizer = tiny();
    tokenizer.close();
    tokenizer.close();

    assertThatThrownBy(() -> tokenizer.encode("hello"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
  }

  private static LlamaTokenizer tiny() {
    return LlamaTokenizer.open(Recorded.checkpoint("tiny"));
  }
}
