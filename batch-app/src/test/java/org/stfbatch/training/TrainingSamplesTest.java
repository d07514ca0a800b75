package org.stfbatch.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.stfbatch.model.TrainingRow;
import org.stfbatch.prompt.LlamaTokenizer;

/** Which samples of a file are trained on, and the messages about the others. */
final class TrainingSamplesTest {
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

  private static Sample sample(int index, boolean picture, String... turns) {
    List<Turn> list =
        java.util.stream.IntStream.range(0, turns.length)
            .mapToObj(i -> new Turn(i % 2 == 0 ? Speaker.HUMAN : Speaker.GPT, turns[i]))
            .toList();
    return new Sample(index, "s" + index, picture ? Optional.of("a.png") : Optional.empty(), list);
  }

  private static TrainingSamples samples(
      TrainingTemplate template, int maxLength, Sample... samples) {
    return TrainingSamples.of(
        List.of(samples),
        template.tokenizer(tokenizer, maxLength),
        new RowLayout(4, maxLength, tokenizer.unknownTokenId()));
  }

  @Test
  void oneSampleThatCannotBeLearnedDoesNotStopTheOthers() {
    TrainingSamples samples =
        samples(
            TrainingTemplate.V1,
            MAX_LENGTH,
            sample(0, true, "<image>\nWhat?", "That."),
            sample(1, true, "What?", "That."),
            sample(2, true, "<image> What?", "That <image>."),
            new Sample(3, "s3", Optional.empty(), List.of(new Turn(Speaker.OTHER, "x"))),
            sample(4, true, "no marker ASSISTANT: here", "That."));

    assertThat(samples.size()).isEqualTo(2);
    assertThat(samples.get(0).picture()).hasValue(0);
    assertThat(samples.get(1).picture()).isEmpty();
    assertThat(samples.pictures()).hasSize(1);
    assertThat(samples.leftOut()).isEqualTo(1);
    assertThat(samples.refused())
        .satisfiesExactly(
            two -> assertThat(two).startsWith("sample 2 (id \"s2\") has <image> in 2 of its turns"),
            nobody -> assertThat(nobody).startsWith("sample 3 (id \"s3\") has a turn that is"));
  }

  @Test
  void aSecondMarkerThatIsCutOffIsNone() {
    Sample cut = sample(0, true, "<image>\nWhat?", "That.", "x".repeat(2000) + "<image>", "y");
    int marker = tokenizer.encodeWithImages("<image>").length;
    TrainingSamples samples =
        samples(TrainingTemplate.V1, 200, cut, sample(1, false, "What?", "That."));

    assertThat(marker).isEqualTo(2);
    assertThat(samples.refused()).hasSize(1);
    Sample late = sample(0, true, "What?", "<image>That.", "x", "y".repeat(2000), "<image>", "z");
    TrainingSamples whole = samples(TrainingTemplate.V1, 200, late);
    assertThat(whole.refused()).isEmpty();
    assertThat(whole.row(0).pictures()).isEqualTo(1);
  }

  @Test
  void aFileOfWhichNothingIsLeftSaysWhy() {
    assertThatThrownBy(
            () ->
                samples(
                    TrainingTemplate.PLAIN, MAX_LENGTH, sample(0, false, "<image>", "A caption.")))
        .isInstanceOf(TrainingDataException.class)
        .hasMessageContaining("none of the 1 samples")
        .hasMessageContaining("sample 0 (id \"s0\") is no caption");
  }

  @Test
  void aRowHasRoomForAllItsPictures() {
    int image = LlamaTokenizer.IMAGE_TOKEN_INDEX;
    TrainingRow row =
        new RowLayout(3, 100, 0)
            .row(
                new TokenizedSample(
                    new int[] {1, image, image, 5}, new int[] {-100, -100, -100, 5}));

    assertThat(row.tokenIds()).hasSize(8);
    assertThat(row.pictures()).isEqualTo(2);
  }
}
