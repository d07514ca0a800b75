package org.stfbatch.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.stfbatch.evaluation.Scoring.json;
import static org.stfbatch.evaluation.Scoring.metric;
import static org.stfbatch.evaluation.Scoring.text;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SeedBenchTest {
  @TempDir Path folder;

  private Scoring seed() {
    return new Scoring("seed", folder)
        .file(
            "llava-seed-bench.jsonl",
            json("question_id", 1, "image", "SEED-Bench-image/1_2", "text", "q")
                + json("question_id", "v2", "image", "SEED-Bench-video-image/x.png", "text", "q")
                + json("question_id", 3, "image", "SEED-Bench-image/3_4", "text", "q"))
        .file(
            "SEED-Bench.json",
            """
            {"questions": [
              {"question_id": "1", "question_type_id": 2, "data_type": "image", "answer": "A"},
              {"question_id": "v2", "question_type_id": 11, "data_type": "video", "answer": "B"},
              {"question_id": 3, "question_type_id": 1, "data_type": "image", "answer": "C"}],
             "question_type": {"Counting": 2, "Scene": 1, "Action": 11}}
            """);
  }

  @Test
  void asksAboutImagesOnly() {
    assertThat(seed().questions())
        .extracting(question -> question.id().toString())
        .containsExactly("1", "3");
  }

  @Test
  void nothingButTheLetterIsRight() {
    Score score = seed().answer(1, "A").answer(3, "C").score();

    assertThat(value(score)).isEqualTo(100);
    assertThat(metric(score, "total accuracy")).isEqualTo(2.0 / 3 * 100);
    assertThat(metric(score, "Action")).isZero();
    assertThat(value(seed().answer(1, "A").answer(3, "C. x").score(Variant.STRICT))).isEqualTo(50);
  }

  @Test
  void aTypeWithoutARightAnswerIsAnErrorUnlessOneIsMissing() {
    assertThat(seed().answer(1, "A").answer(3, "C.").complaint()).contains("Scene", "--strict");
    assertThat(seed().answer(1, "A").headline()).isEqualTo(50);
    assertThat(value(seed().answer(1, "A.").answer(3, "C.").score(Variant.STRICT))).isZero();
  }

  @Test
  void idsMustBeNumbersWhereTheyCan() {
    assertThat(seed().answer("1", "A").answer(3, "C").headline()).isEqualTo(50);
  }

  @Test
  void theServersFileNeedsTheVideosToo() {
    assertThat(seed().answer(1, "A").answer(3, "C").score().files()).isEmpty();
    assertThat(text(seed().answer(1, "A").answer(3, "C").answer("v2", "B").score(), "upload.jsonl"))
        .isEqualTo(
            "{\"question_id\": \"1\", \"prediction\": \"A\"}\n{\"question_id\": \"v2\", \"prediction\": \"B\"}\n{\"question_id\": 3, \"prediction\": \"C\"}\n");
  }

  private Scoring one(String id, String type, String answer) {
    return new Scoring("seed", folder)
        .file(
            "SEED-Bench.json",
            """
            {"questions": [
              {"question_id": %s, "question_type_id": %s, "data_type": "image", "answer": %s},
              {"question_id": "i2", "question_type_id": 2, "data_type": "image", "answer": "A"},
              {"question_id": "v3", "question_type_id": 3, "data_type": "video", "answer": "A"}],
             "question_type": {"One": 1, "Two": 2, "Three": 3}}
            """
                .formatted(id, type, answer))
        .answer("i2", "A")
        .answer("v3", "A");
  }

  private static String said(String id, String text) {
    return "{\"question_id\": %s, \"text\": %s}".formatted(id, text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", "5", "[\"A\"]", "{}", "NaN"})
  void anAnswerThatIsNoTextIsAnAnswerThatIsNotRight(String odd) {
    Score score = one("\"1\"", "2", "\"A\"").line(said("1", odd)).score();

    assertThat(value(score)).isEqualTo(50);
    assertThat(text(score, "upload.jsonl"))
        .startsWith("{\"question_id\": \"1\", \"prediction\": " + odd + "}\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"5 | 5.0", "true | 1", "null | null", "[1] | [true]", "[NaN] | [NaN]"})
  void rightIsWhatPythonTakesForEqual(String said, String right) {
    assertThat(one("\"1\"", "1", right).line(said("1", said)).headline()).isEqualTo(100);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\" 1_0 \" | 10",
        "1.9 | 1",
        "true | 1.0",
        "\"\\u0661\" | 1",
        "null | null",
        "\"1.0\" | \"1.0\"",
        "1e400 | Infinity"
      })
  void idsAreWhatPythonMakesWholeNumbersOf(String written, String answered) {
    assertThat(one(written, "1", "\"A\"").line(said(answered, "\"A\"")).headline()).isEqualTo(100);
  }

  @Test
  void withoutQuestionsAboutVideosOrImagesTheOriginalDividesByZero() {
    for (String about : List.of("image", "video")) {
      Scoring scoring =
          new Scoring("seed", folder)
              .file(
                  "SEED-Bench.json",
                  "{\"questions\": [{\"question_id\": 1, \"question_type_id\": 1, \"data_type\": \"%s\", \"answer\": \"A\"}], \"question_type\": {\"One\": 1}}"
                      .formatted(about))
              .file("llava-seed-bench.jsonl", json("question_id", 1, "image", "x", "text", "q"));

      assertThat(scoring.answer(1, "A").complaint())
          .contains(about.equals("image") ? "video" : "image", "--strict");
      if (about.equals("image")) {
        Score strict = scoring.score(Variant.STRICT);
        assertThat(value(strict)).isEqualTo(100);
        assertThat(metric(strict, "video accuracy")).isZero();
      }
    }
  }

  @Test
  void everyTypeNeedsANameAndAnOrder() {
    Scoring nameless = one("\"1\"", "7", "\"A\"").line(said("1", "\"A\""));
    assertThat(nameless.complaint()).contains("question_type", "--strict");
    assertThat(one("\"1\"", "\"x\"", "\"A\"").line(said("1", "\"A\"")).complaint())
        .contains("question_type_id");
    assertThat(one("\"1\"", "true", "\"A\"").line(said("1", "\"A\"")).headline()).isEqualTo(100);
  }

  private static double value(Score score) {
    return score.headline().orElseThrow().value();
  }
}
