package org.stfbatch.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.stfbatch.evaluation.Scoring.json;
import static org.stfbatch.evaluation.Scoring.metric;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PopeTest {
  @TempDir Path folder;

  /** Ids 0 and 1 belong to one set, 2 and 3 to the other. */
  private Scoring pope(String adversarial, String random) {
    StringBuilder questions = new StringBuilder();
    for (String category : List.of("adversarial", "adversarial", "random", "random")) {
      long id = questions.chars().filter(c -> c == '\n').count();
      questions.append(
          json("question_id", id, "image", "x.jpg", "text", "q", "category", category));
    }
    return new Scoring("pope", folder)
        .file("llava_pope_test.jsonl", questions.toString())
        .file("coco/coco_pope_adversarial.json", labels(adversarial))
        .file("coco/coco_pope_random.json", labels(random));
  }

  private static String labels(String letters) {
    StringBuilder lines = new StringBuilder();
    letters.chars().forEach(c -> lines.append(json("label", c == 'y' ? "yes" : "no")));
    return lines.toString();
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "yes, true",
        "no, false",
        "No, false",
        "`No, it is`, false",
        "`it is, not`, false",
        "NO, true",
        "none, true",
        "nothing, true",
        "cannot, true",
        "``, true",
        "no. yes, false",
        "Yes. no, true",
        "`. no`, true",
        "`n,o`, false",
        "`it  no`, false"
      })
  void everythingIsYesThatHasNoWordForNo(String answer, boolean yes) {
    assertThat(Pope.isYes(answer)).isEqualTo(yes);
  }

  @Test
  void onlyBlanksSeparateWords() {
    assertThat(Pope.isYes("no\nbecause")).isTrue();
    assertThat(Pope.isYes("it is\tno")).isTrue();
  }

  @Test
  void theFigureIsTheMeanOfTheSetsF1() {
    Score score =
        pope("yn", "yy").answer(0, "yes").answer(1, "yes").answer(2, "yes").answer(3, "no").score();

    double f1 = 2 * 0.5 * 1 / 1.5;
    assertThat(metric(score, "adversarial f1")).isEqualTo(f1);
    assertThat(metric(score, "adversarial precision")).isEqualTo(0.5);
    assertThat(metric(score, "adversarial yes ratio")).isEqualTo(1);
    assertThat(metric(score, "random recall")).isEqualTo(0.5);
    assertThat(metric(score, "random FN")).isEqualTo(1);
    assertThat(metric(score, "random f1")).isEqualTo(f1);
    assertThat(score.headline().orElseThrow().value()).isEqualTo(100 * f1);
  }

  @Test
  void answersMatchLabelsByTheirOrder() {
    Score swapped =
        pope("yn", "yn").answer(1, "yes").answer(0, "no").answer(2, "yes").answer(3, "no").score();
    Score shifted = pope("yn", "yn").answer(1, "yes").answer(2, "yes").answer(3, "no").score();

    assertThat(metric(swapped, "adversarial f1")).isEqualTo(1);
    assertThat(metric(shifted, "adversarial f1")).isEqualTo(1);
    assertThat(metric(shifted, "adversarial TN")).isZero();
  }

  @Test
  void strictRefusesWhatWouldShift() {
    Scoring scoring = pope("ny", "yn").answer(1, "yes").answer(2, "yes").answer(3, "no");

    assertThat(scoring.complaint(Variant.STRICT)).contains("line 1", "question 0");
  }

  @Test
  void onlyStrictAllowsDivisionsByZero() {
    Scoring scoring =
        pope("yn", "yn").answer(0, "no").answer(1, "no").answer(2, "yes").answer(3, "no");

    assertThat(scoring.complaint()).contains("adversarial", "--strict");
    assertThat(scoring.score(Variant.STRICT).headline().orElseThrow().value()).isEqualTo(50);
  }

  @Test
  void unknownQuestionsAndFilesAreErrors() {
    assertThat(pope("y", "y").answer(9, "yes").complaint()).contains("question 9");
    assertThat(
            pope("y", "y")
                .file("coco/readme.txt", "")
                .answer(0, "yes")
                .answer(2, "yes")
                .complaint())
        .contains("readme.txt", "coco_pope_");
  }
}
