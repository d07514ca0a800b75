package org.stfbatch.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.stfbatch.engine.AnswerChoices;
import org.stfbatch.model.TrainingRow;
import org.stfbatch.prompt.LlamaTokenizer;

/** Special cases of LLaVA's masking that the recorded conversations do not cover. */
final class SampleTokenizerTest {
  private static final int MAX_LENGTH = 512;

  private static LlamaTokenizer tokenizer;

  @BeforeAll
  static void open() {
    tokenizer = LlamaTokenizer.open(TrainingFixture.model());
  }

  @AfterAll
  static void close() {
    tokenizer.close();
  }

  private static Sample sample(boolean picture, String... turns) {
    List<Turn> list = new ArrayList<>();
    for (int i = 0; i < turns.length; i++) {
      list.add(new Turn(Speaker.values()[i % 2], turns[i]));
    }
    return new Sample(3, "x", picture ? Optional.of("a.png") : Optional.empty(), list);
  }

  private static TokenizedSample talk(int maxLength, Sample sample) {
    return TrainingTemplate.V1.tokenizer(tokenizer, maxLength).tokenize(sample);
  }

  private static TokenizedSample talk(Sample sample) {
    return talk(MAX_LENGTH, sample);
  }

  private static long learned(TokenizedSample sample) {
    return Arrays.stream(sample.labels()).filter(label -> label != TrainingRow.IGNORED).count();
  }

  @Test
  void aQuestionWithoutAnswerMasksTheConversation() {
    assertThat(learned(talk(sample(false, "What?", "That.")))).isPositive();
    assertThat(learned(talk(sample(false, "What?", "That.", "Why?")))).isZero();
  }

  @Test
  void anAnswerWithWordsOfTheTemplateMasksTheConversation() {
    assertThat(learned(talk(sample(false, "What?", "It said ASSISTANT: no.")))).isZero();
  }

  /** Training targets and scored choices must have the same tokens. */
  @Test
  void trainingTargetsEqualTheTokensOfAChoice() {
    for (String answer : List.of("B", "No, it is not.", "naïve 日本 😀")) {
      for (boolean picture : new boolean[] {false, true}) {
        int[] labels = talk(sample(picture, picture ? "<image>\nWhat?" : "What?", answer)).labels();

        assertThat(Arrays.stream(labels).filter(id -> id != TrainingRow.IGNORED).boxed())
            .isEqualTo(AnswerChoices.of(List.of(answer), tokenizer, false).all().get(0).tokenIds());
      }
    }
  }

  @Test
  void aTextIsCutAtTheLongestLengthAndKeepsWhatItStillHas() {
    int whole = talk(sample(false, "What?", "That, and this, and much more.")).ids().length;
    TokenizedSample cut = talk(whole - 5, sample(false, "What?", "That, and this, and much more."));

    assertThat(cut.ids()).hasSize(whole - 5);
    assertThat(learned(cut)).isPositive();
  }

  @Test
  void theMarkerOfAConversationWithoutPictureIsText() {
    assertThat(talk(sample(false, "What is <image>?", "A word.")).ids())
        .doesNotContain(LlamaTokenizer.IMAGE_TOKEN_INDEX);
  }

  @Test
  void aPictureWithoutAMarkerIsNotUsed() {
    TokenizedSample unmarked = talk(sample(true, "What?", "That."));

    assertThat(unmarked.ids()).isEqualTo(talk(sample(false, "What?", "That.")).ids());
    assertThat(unmarked.labels()).isEqualTo(talk(sample(false, "What?", "That.")).labels());
    assertThat(learned(talk(sample(true, "no marker ASSISTANT: here", "That.")))).isZero();
  }

  @Test
  void theMarkersOfATurnAreOneAndThoseOfTwoTurnsAreTwo() {
    assertThat(markers(talk(sample(true, "<image> What <image>?", "That.")))).isEqualTo(1);
    assertThat(talk(sample(true, "<image> What <image>?", "That.")).ids())
        .isEqualTo(talk(sample(true, "<image>\nWhat ?", "That.")).ids());
    assertThat(markers(talk(sample(true, "<image> What?", "That <image>.")))).isEqualTo(2);
  }

  private static long markers(TokenizedSample sample) {
    return Arrays.stream(sample.ids()).filter(id -> id == LlamaTokenizer.IMAGE_TOKEN_INDEX).count();
  }

  @Test
  void speakersMustTakeTurns() {
    List<Turn> twice = List.of(new Turn(Speaker.HUMAN, "What?"), new Turn(Speaker.HUMAN, "Well?"));
    refuses(twice, "sample 0 does not go back and forth");
    List<Turn> answers = List.of(new Turn(Speaker.GPT, "That."), new Turn(Speaker.GPT, "This."));
    refuses(answers, "sample 0 does not go back and forth");
    refuses(List.of(), "sample 0 has no turns");
    refuses(List.of(new Turn(Speaker.OTHER, "Hi")), "sample 0 has a turn that is neither");
    refuses(
        List.of(new Turn(Speaker.HUMAN, "What?"), new Turn(Speaker.OTHER, "Hi")),
        "sample 0 has a turn that is neither");
  }

  private static void refuses(List<Turn> turns, String beginning) {
    assertThatThrownBy(() -> talk(new Sample(0, "", Optional.empty(), turns)))
        .isInstanceOf(TrainingDataException.class)
        .hasMessageStartingWith(beginning);
  }

  @Test
  void anAnswerBeforeTheFirstQuestionIsPassedOver() {
    List<Turn> turns =
        List.of(
            new Turn(Speaker.GPT, "<image> Hello."),
            new Turn(Speaker.HUMAN, "What?"),
            new Turn(Speaker.GPT, "That."));
    Sample greeted = new Sample(0, "", Optional.of("a.png"), turns);

    assertThat(talk(greeted).ids()).isEqualTo(talk(sample(false, "What?", "That.")).ids());
    Sample greeting = new Sample(0, "", Optional.empty(), turns.subList(0, 1));
    assertThat(learned(talk(greeting))).isZero();
  }

  @Test
  void onlyACaptionIsLearnedInPretraining() {
    SampleTokenizer plain = TrainingTemplate.PLAIN.tokenizer(tokenizer, MAX_LENGTH);
    assertThatThrownBy(() -> plain.tokenize(sample(false, "What?", "That.")))
        .isInstanceOf(TrainingDataException.class)
        .hasMessageStartingWith("sample 3 (id \"x\") is no caption");
    assertThatThrownBy(() -> plain.tokenize(sample(true, "<image>", "One.", "More?", "Two.")))
        .isInstanceOf(TrainingDataException.class)
        .hasMessageContaining("is no caption");
  }

  @Test
  void aRowIsCutWithItsVisionTokensAndNeverHasPadding() {
    RowLayout layout = new RowLayout(4, 6, 0);
    TrainingRow row =
        layout.row(
            new TokenizedSample(
                new int[] {1, 0, LlamaTokenizer.IMAGE_TOKEN_INDEX, 5, 6},
                new int[] {-100, -100, -100, 5, 6}));

    assertThat(row.tokenIds()).containsExactly(1, 0, 0, 0, 0, 5);
    assertThat(row.visionIndex()).containsExactly(-1, 0, 1, 2, 3, -1);
    assertThat(row.labels()).containsExactly(-100, -100, -100, -100, -100, 5);
    assertThat(row.pictures()).isEqualTo(1);
  }
}
