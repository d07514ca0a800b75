package org.stfbatch.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.stfbatch.evaluation.Scoring.metric;
import static org.stfbatch.evaluation.Scoring.text;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GqaTest {
  @TempDir Path folder;

  private Scoring gqa() {
    return new Scoring("gqa", folder)
        .file(
            "data/testdev_balanced_questions.json",
            """
            {"01": {"answer": "left", "isBalanced": true, "types": {"structural": "query", "semantic": "rel"}, REST},
             "02": {"answer": "yes", "isBalanced": true, "types": {"structural": "verify", "semantic": "obj"}, REST},
             "03": {"answer": "no", "isBalanced": true, "types": {"structural": "verify", "semantic": "obj"}, REST},
             "04": {"answer": "no", "isBalanced": false, REST}}
            """
                .replace(
                    "REST",
                    "\"question\": \"Q\", \"semantic\": [], \"groups\": {\"global\": \"g\"}"));
  }

  @Test
  void comparesLetterByLetterOverTheBalancedQuestions() {
    Score score =
        gqa()
            .answer("01", "Left...")
            .answer("02", "yes.")
            .answer("03", "nope")
            .answer("04", "x")
            .score();

    assertThat(score.headline().orElseThrow().value()).isEqualTo(2.0 / 3 * 100);
    assertThat(metric(score, "open")).isEqualTo(100);
    assertThat(metric(score, "binary")).isEqualTo(50);
    assertThat(metric(score, "semantic/obj")).isEqualTo(50);
    assertThat(text(score, "testdev_balanced_predictions.json"))
        .startsWith("[{\"questionId\": \"01\", \"prediction\": \"left\"}, ");
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "Left., left",
        "A., a",
        "LEFT.., left",
        "`left. `, `left. `",
        "`. `, `. `",
        "..., ``",
        "x.y., x.y"
      })
  void onlyPeriodsAtTheEndGo(String text, String expected) {
    assertThat(Gqa.prediction(text)).isEqualTo(expected);
  }

  @Test
  void wantsAnAnswerToEveryQuestion() {
    assertThat(gqa().answer("01", "x").answer("02", "x").answer("03", "x").complaint())
        .contains("\"04\"");
  }

  @Test
  void idsAreTexts() {
    assertThat(gqa().answer(1, "x").complaint()).contains("\"01\"", "ids of GQA are texts");
  }

  @Test
  void theLastOfSeveralAnswersCounts() {
    Scoring twice =
        gqa().answer("02", "no").answer("03", "yes").answer("04", "x").answer("01", "x");
    assertThat(twice.headline()).isZero();
    assertThat(twice.answer("02", "Yes").headline()).isEqualTo(1.0 / 3 * 100);
  }

  @Test
  void tellsHowLongQuestionsDidAndHowAnswersAreSpread() {
    Score score =
        new Scoring("gqa", folder)
            .file(
                "data/testdev_balanced_questions.json",
                """
                {"1": {"answer": "red", "isBalanced": true, "question": "What colour is it?", "groups": {"global": "colour"},
                       TYPES, "semantic": [{"operation": "select", "argument": "kite"}, {"operation": "query", "argument": "name"}]},
                 "2": {"answer": "blue", "isBalanced": true, "question": "And now?", "groups": {"global": "colour"},
                       TYPES, "semantic": [{"operation": "select", "argument": "kite"}, {"operation": "filter", "argument": "x"}]},
                 "3": {"answer": "yes", "isBalanced": true, "question": "Really?", "groups": {"global": null}, TYPES, "semantic": []}}
                """
                    .replace(
                        "TYPES", "\"types\": {\"structural\": \"query\", \"semantic\": \"attr\"}"))
            .answer("1", "red")
            .answer("2", "red")
            .answer("3", "yes")
            .score();

    assertThat(metric(score, "words/04")).isEqualTo(100);
    assertThat(metric(score, "words/02")).isZero();
    assertThat(metric(score, "steps/01")).isEqualTo(100);
    assertThat(metric(score, "steps/02")).isZero();
    assertThat(metric(score, "steps/00")).isEqualTo(100);
    assertThat(metric(score, "distribution")).isEqualTo((1.0 + 1.0) * 2 / 2 / 100);
  }

  private Scoring one(String question) {
    return new Scoring("gqa", folder)
        .file("data/testdev_balanced_questions.json", "{\"1\": {" + question + "}}")
        .answer("1", "red");
  }

  private static final String WHOLE =
      "\"answer\": \"red\", \"isBalanced\": true, \"question\": \"Q\", \"semantic\": [], \"types\": {\"structural\": \"query\", \"semantic\": \"attr\"}, \"groups\": {\"global\": \"g\"}";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"question\": \"Q\" | \"question\": 5 | question",
        "\"question\": \"Q\", | `` | question",
        "\"semantic\": [] | \"semantic\": null | semantic",
        "\"semantic\": [] | \"semantic\": [{\"operation\": \"x\"}] | semantic",
        "\"structural\": \"query\", | `` | types.structural",
        "\"semantic\": \"attr\" | \"x\": 1 | types.semantic",
        "\"global\": \"g\" | \"local\": \"g\" | groups.global",
        "\"isBalanced\": true, | `` | isBalanced",
        "\"isBalanced\": true | \"isBalanced\": 0 | groups.global",
        "\"global\": \"g\" | \"global\": null | groups.global"
      })
  void theScriptFailsAtQuestionsThatLackWhatItReads(String there, String instead, String named) {
    assertThat(one(WHOLE).headline()).isEqualTo(100);
    String lacking = WHOLE.replace(there, instead);

    assertThat(one(lacking).complaint()).contains(named, "--strict");
    Score strict =
        one(lacking)
            .file(
                "llava_gqa_testdev_balanced.jsonl",
                "{\"question_id\": \"1\", \"image\": \"x\", \"text\": \"q\"}\n")
            .score(Variant.STRICT);
    assertThat(strict.headline()).isPresent();
  }

  @Test
  void whatIsBalancedIsWhatPythonTakesForTrue() {
    assertThat(one(WHOLE.replace("true", "\"false\"")).headline()).isEqualTo(100);
  }

  @Test
  void everyAnswerMustBeATextHereAndIdsNeedNotBe() {
    assertThat(one(WHOLE).line("{\"question_id\": \"9\", \"text\": 5}").complaint())
        .contains("line 2", "\"text\"");
    assertThat(
            text(
                one(WHOLE).line("{\"question_id\": null, \"text\": \"X.\"}").score(),
                "testdev_balanced_predictions.json"))
        .endsWith("{\"questionId\": null, \"prediction\": \"x\"}]");
  }
}
