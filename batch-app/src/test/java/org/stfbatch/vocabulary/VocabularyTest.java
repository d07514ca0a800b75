package org.stfbatch.vocabulary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.stfbatch.prompt.LlamaTokenizer;

/** SentencePiece encodes with the learned vocabulary. */
class VocabularyTest {
  private static final String TEXT =
      "She sells sea shells by the sea shore. The shells she sells are sea shells, I'm sure: 42.";

  @TempDir private Path folder;

  @Test
  void reservedPiecesHaveLlamasIds() throws IOException {
    try (LlamaTokenizer tokenizer = learnt(1000, TEXT)) {
      assertThat(tokenizer.bosTokenId()).isEqualTo(1);
      assertThat(tokenizer.eosTokenId()).isEqualTo(2);
      assertThat(tokenizer.encode("")).containsExactly(1);
      assertThat(tokenizer.encode("</s>")).containsExactly(1, 2);
      assertThat(tokenizer.encodeWithoutSpecial("\n")).endsWith(3 + '\n');
      assertThat(tokenizer.encodeWithoutSpecial("\u00e9")).endsWith(3 + 0xc3, 3 + 0xa9);
      assertThat(tokenizer.decode(new int[] {1, 3 + 'h', 3 + 'i', 2}, true)).isEqualTo("hi");
    }
  }

  @Test
  void everyWordBecomesOnePieceIfThereIsRoom() throws IOException {
    try (LlamaTokenizer tokenizer = learnt(1000, TEXT)) {
      for (String word : List.of("She", "sells", "shells", "shore", "sure", "are", "The")) {
        assertThat(tokenizer.encodeWithoutSpecial(word)).as(word).hasSize(1);
      }
      assertThat(tokenizer.encodeWithoutSpecial("42")).as("digits stay alone").hasSize(3);
    }
  }

  @Test
  void theMostFrequentPairsAreLearntFirst() {
    VocabularyLearner learner = new VocabularyLearner();
    learner.add("aab aab aab ab ab");

    Vocabulary vocabulary = learner.learn(1000);

    assertThat(vocabulary.texts())
        .containsExactly("ab", "\u2581a", "\u2581aab", "\u2581ab", "a", "b", "\u2581");
    assertThat(vocabulary.size()).isEqualTo(259 + 7);
  }

  @Test
  void theSameTextsGiveTheSameVocabularyOfNoMoreThanTheAskedSize() {
    assertThat(learner(TEXT).learn(290)).isEqualTo(learner(TEXT).learn(290));
    assertThat(learner(TEXT).learn(290).size()).isEqualTo(290);
    assertThat(learner(TEXT).learn(5000).size()).isLessThan(400);
    assertThatThrownBy(() -> learner(TEXT).learn(270))
        .hasMessageContaining("270 pieces are too few: the characters and bytes alone are ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "She sells shells.",
        "two  spaces, and one behind ",
        "tabs\tand\nlines\r\n",
        "Gr\u00fc\u00dfe, \u00e7a va? \u4f60\u597d \ud83d\ude00\u200d\u2728 \u0645\u0631\u062d\u0628\u0627",
        "\u0000\u0001 control \u007f",
        "a\u0301 is not \u00e1, \ufb01 is not fi",
        "\u2028 and \ufeff and \uffff",
      })
  void anyTextComesBackAsItWas(String text) throws IOException {
    try (LlamaTokenizer tokenizer = learnt(330, TEXT)) {
      assertThat(tokenizer.decode(tokenizer.encode(text), true)).isEqualTo(text);
    }
  }

  @Test
  void manyRandomTextsComeBackAsTheyWere() throws IOException {
    SplittableRandom random = new SplittableRandom(1);
    try (LlamaTokenizer tokenizer = learnt(330, TEXT)) {
      for (int i = 0; i < 500; i++) {
        String text =
            random
                .ints(40, 1, 0x11000)
                .filter(c -> (c < 0xd800 || c > 0xdfff) && c != '\u2581')
                .mapToObj(Character::toString)
                .reduce("", String::concat);
        assertThat(tokenizer.decode(tokenizer.encode(text), true)).isEqualTo(text);
      }
    }
  }

  private static VocabularyLearner learner(String text) {
    VocabularyLearner learner = new VocabularyLearner();
    learner.add(text);
    return learner;
  }

  private LlamaTokenizer learnt(int size, String text) throws IOException {
    TokenizerFiles.write(learner(text).learn(size), folder, 2048);
    return LlamaTokenizer.open(folder);
  }
}
