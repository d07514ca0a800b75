package org.stfbatch.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.stfbatch.evaluation.Scoring.json;
import static org.stfbatch.evaluation.Scoring.text;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files for servers and judges: VQAv2, VizWiz, MM-Vet, LLaVA-Bench. */
class ServerBenchmarksTest {
  @TempDir Path folder;

  private Scoring vqav2() {
    return new Scoring("vqav2", folder)
        .file(
            "llava_vqav2_mscoco_test2015.jsonl",
            json("question_id", 3) + json("question_id", 1) + json("question_id", 2));
  }

  @Test
  void vqav2ListsTheWholeTestSplitInItsOrder() {
    Score score = vqav2().answer(1, "The red-bus.").answer(3, "Two").score();

    assertThat(text(score, "upload.json"))
        .isEqualTo(
            "[{\"question_id\": 3, \"answer\": \"2\"}, {\"question_id\": 1, \"answer\": \"red bus\"}, {\"question_id\": 2, \"answer\": \"\"}]");
    assertThat(score.headline()).isEmpty();
  }

  @Test
  void vqav2TakesTheLastOfSeveralAnswersAndPassesDamagedLinesOver() {
    Score score = vqav2().answer(1, "red").line("{\"question").line("").answer(1, "blue").score();

    assertThat(text(score, "upload.json")).contains("\"blue\"").doesNotContain("\"red\"");
    assertThat(score.notes()).anyMatch(note -> note.startsWith("2 line(s)"));
  }

  @Test
  void vqav2DoesNotFindAnswersWhoseIdsAreTexts() {
    assertThat(text(vqav2().answer("1", "red").score(), "upload.json")).doesNotContain("red");
  }

  @Test
  void vqav2EndsAtALineWithoutText() {
    assertThat(vqav2().line("{\"question_id\": 1}").complaint())
        .contains("line 1", "answers.jsonl", "\"text\"");
  }

  private Scoring vizwiz() {
    return new Scoring("vizwiz", folder)
        .file(
            "llava_test.jsonl",
            json("question_id", 0, "image", "b.jpg", "text", "q")
                + json("question_id", 1, "image", "a.jpg", "text", "q"));
  }

  @Test
  void vizwizNamesImages() {
    assertThat(text(vizwiz().answer(1, "Unanswerable").answer(0, "A kite!").score(), "upload.json"))
        .isEqualTo(
            "[{\"image\": \"b.jpg\", \"answer\": \"kite\"}, {\"image\": \"a.jpg\", \"answer\": \"unanswerable\"}]");
  }

  @Test
  void vizwizWantsEveryAnswer() {
    assertThat(vizwiz().answer(0, "kite").complaint()).contains("question 1", "answers.jsonl");
  }

  @Test
  void mmVetNamesItsQuestionsAgain() {
    Score score =
        new Scoring("mm-vet", folder)
            .answer(0, "x = 1\ny")
            .answer("v1_1", "")
            .answer(0, "é")
            .score();

    assertThat(text(score, "mm-vet.json"))
        .isEqualTo("{\n  \"v1_0\": \"\\u00e9\",\n  \"v1_v1_1\": \"\"\n}");
  }

  @Test
  void llavaBenchLeavesTheRawAnswersToTheJudge() {
    Score score =
        new Scoring("llava-bench", folder)
            .line("{\"question_id\": 0, \"text\": \"A long answer.\", \"answer_id\": \"x\"}")
            .line("{\"question_id\": 1, \"text\": null, \"answer_id\": \"y\"}")
            .score();

    assertThat(score.headline()).isEmpty();
    assertThat(score.files()).isEmpty();
    assertThat(score.notes()).anyMatch(note -> note.contains("2 raw answers"));
  }

  @Test
  void strictWantsOneAnswerToEveryQuestionInOrder() {
    assertThat(vizwiz().answer(1, "x").answer(0, "y").complaint(Variant.STRICT))
        .contains("line 1", "question 1", "question 0");
    assertThat(vizwiz().answer(0, "x").complaint(Variant.STRICT))
        .contains("question 1 has no answer");
    assertThat(vizwiz().answer(0, "x").answer(1, "x").answer(1, "x").complaint(Variant.STRICT))
        .contains("line 3");
    assertThat(vizwiz().answer(0, "x").answer(1, "x").line("}").complaint(Variant.STRICT))
        .contains("1 line(s) are not JSON");
    assertThat(vizwiz().answer(0, "x").answer(1, "x").score(Variant.STRICT).files()).hasSize(1);
  }
}
