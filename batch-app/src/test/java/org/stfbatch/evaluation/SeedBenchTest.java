package org.stfbatch.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.stfbatch.evaluation.Scoring.json;
import static org.stfbatch.evaluation.Scoring.metric;
import static org.stfbatch.evaluation.Scoring.text;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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

  private static double value(Score score) {
    return score.headline().orElseThrow().value();
  }
}
