package org.stfbatch.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.stfbatch.evaluation.Scoring.metric;
import static org.stfbatch.evaluation.Scoring.text;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScienceQaTest {
  private static final String WITH_IMAGE = "<image>\nq";

  @TempDir Path folder;

  private Scoring scienceqa() {
    return new Scoring("sqa", folder)
        .file("pid_splits.json", "{\"train\": [\"9\"], \"test\": [\"1\", \"2\", \"3\"]}")
        .file(
            "problems.json",
            """
            {"1": {"choices": ["x", "y"], "answer": 1},
             "2": {"choices": ["x", "y", "z"], "answer": 0},
             "3": {"choices": ["x", "y"], "answer": 0}}
            """);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "A, A",
        "E, E",
        "F, FAILED",
        "a, FAILED",
        "A., FAILED",
        "`A. `, A",
        "A. x, A",
        "A.x, FAILED",
        "(A), FAILED",
        "A), FAILED",
        "F. x, FAILED",
        "The answer is B, FAILED",
        "The answer is B., B",
        "`The answer is B `, B",
        "The answer is Bx, B",
        "The answer is Z., Z",
        "`So. The answer is C! Yes.`, C",
        "The answer is B. The answer is B., FAILED",
        "The answer is BThe answer is C., B",
        "the answer is B., FAILED",
        "``, FAILED"
      })
  void findsTheLetter(String answer, String letter) {
    assertThat(OptionLetter.parsed(answer)).isEqualTo(letter);
  }

  @Test
  void anyCharacterButALineFeedMayFollowTheSentence() {
    assertThat(OptionLetter.parsed("The answer is B\n")).isEqualTo("FAILED");
    assertThat(OptionLetter.parsed("The answer is B\r")).isEqualTo("B");
    assertThat(OptionLetter.parsed("The answer is B\u2028")).isEqualTo("B");
    assertThat(OptionLetter.parsed("The answer is B\u0085")).isEqualTo("B");
  }

  @Test
  void aLetterBeyondTheChoicesIsWrong() {
    assertThat(OptionLetter.place("C", 2)).isEqualTo(-1);
    assertThat(OptionLetter.place("C", 3)).isEqualTo(2);
    assertThat(OptionLetter.place("Z", 30)).isEqualTo(-1);
    assertThat(OptionLetter.place("FAILED", 5)).isEqualTo(-1);
  }

  @Test
  void theImageMarkerInThePromptDecidesWhatTheFigureIsAbout() {
    Score score =
        scienceqa()
            .answer("1", WITH_IMAGE, "B")
            .answer("2", WITH_IMAGE, "B. y")
            .answer("3", "q", "A")
            .score();

    assertThat(score.headline().orElseThrow().value()).isEqualTo(50);
    assertThat(metric(score, "accuracy")).isEqualTo(2.0 / 3 * 100);
  }

  @Test
  void missingAnswersAreWrongButWithoutImage() {
    Score score = scienceqa().answer("1", WITH_IMAGE, "B").score();

    assertThat(score.headline().orElseThrow().value()).isEqualTo(100);
    assertThat(metric(score, "accuracy")).isEqualTo(1.0 / 3 * 100);
    assertThat(text(score, "output.json"))
        .contains("\"parsed_ans\": \"FAILED\"", "\"question\": \"Unknown\"");
  }

  @Test
  void withoutImagesTheOriginalFails() {
    Scoring scoring = scienceqa().answer("1", "q", "B");

    assertThat(scoring.complaint()).contains("--strict");
  }

  @Test
  void writesTheOriginalsResultFile() {
    Score score = scienceqa().answer("1", WITH_IMAGE, "B").answer("2", "q", "é").score();

    assertThat(text(score, "result.json"))
        .isEqualTo(
            """
            {
              "acc": 33.33333333333333,
              "correct": 1,
              "count": 3,
              "results": {
                "1": 1,
                "2": -1,
                "3": -1
              },
              "outputs": {
                "1": "B",
                "2": "\\u00e9",
                "3": "FAILED"
              }
            }""");
  }

  @Test
  void asksWithTheMarkerOnlyAboutImages() {
    Scoring scoring =
        scienceqa()
            .file(
                "llava_test_CQM-A.json",
                """
                [{"id": "1", "image": "1/image.png", "conversations": [{"from": "human", "value": "<image>\\nContext: N/A\\nWhich?\\nA. x\\nB. y <image> "}, {"from": "gpt", "value": "B"}]},
                 {"id": "2", "conversations": [{"from": "human", "value": "Which?"}]}]
                """);

    String suffix = "\nAnswer with the option's letter from the given choices directly.";
    assertThat(scoring.questions())
        .extracting(Question::message)
        .containsExactly("Context: N/A\nWhich?\nA. x\nB. y" + suffix, "Which?" + suffix);
    assertThat(scoring.questions())
        .extracting(Question::recorded)
        .containsExactly("<image>\nContext: N/A\nWhich?\nA. x\nB. y" + suffix, "Which?" + suffix);
    assertThat(scoring.questions())
        .extracting(q -> q.image().orElse("none"))
        .containsExactly("1/image.png", "none");
    assertThat(scoring.questions()).extracting(Question::maxNewTokens).containsOnly(1024);
  }
}
