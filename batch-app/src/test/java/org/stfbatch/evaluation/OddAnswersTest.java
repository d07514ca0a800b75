package org.stfbatch.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.stfbatch.evaluation.Scoring.json;
import static org.stfbatch.evaluation.Scoring.text;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Answers that are not strings, ids that are neither numbers nor strings, and missing fields. The
 * expected results come from running the original's scripts.
 */
class OddAnswersTest {
  private static final String NO_TEXT = "null 5 1.5 true [] [\"x\"] {} {\"a\":1} NaN";

  @TempDir Path folder;

  private static String answer(String id, String text) {
    return "{\"question_id\": %s, \"prompt\": \"q\", \"text\": %s, \"answer_id\": \"x\"}"
        .formatted(id, text);
  }

  private Scoring vqav2() {
    return new Scoring("vqav2", folder)
        .file(
            "llava_vqav2_mscoco_test2015.jsonl",
            json("question_id", 1) + json("question_id", 2) + "{\"question_id\": null}\n");
  }

  private Scoring vizwiz() {
    return new Scoring("vizwiz", folder)
        .file("llava_test.jsonl", "{\"question_id\": 1, \"image\": [7], \"text\": \"q\"}\n");
  }

  private Scoring textvqa() {
    return new Scoring("textvqa", folder)
        .file(
            "TextVQA_0.5.1_val.json",
            "{\"data\": [{\"image_id\": \"i\", \"question\": \"Q\", \"answers\": [%s\"x\"]}]}"
                .formatted("\"x\", ".repeat(9)));
  }

  private Scoring scienceqa() {
    return new Scoring("scienceqa", folder)
        .file("pid_splits.json", "{\"test\": [\"1\"]}")
        .file("problems.json", "{\"1\": {\"choices\": [\"x\", \"y\"], \"answer\": 1}}");
  }

  private Scoring pope() {
    return new Scoring("pope", folder)
        .file(
            "llava_pope_test.jsonl",
            json("question_id", 1, "category", "random")
                + json("question_id", 2, "category", "elsewhere")
                + "{\"question_id\": 3}\n"
                + "{\"question_id\": 4, \"category\": 5}\n")
        .file("coco/coco_pope_random.json", json("label", "yes"));
  }

  @Test
  void scriptsThatTreatAnAnswerAsATextFailAtOthers() {
    for (String odd : NO_TEXT.split(" ")) {
      assertThat(vqav2().line(answer("1", odd)).complaint()).contains("line 1", "\"text\"");
      assertThat(vizwiz().line(answer("1", odd)).complaint()).contains("line 1", "\"text\"");
      assertThat(pope().line(answer("1", odd)).complaint()).contains("line 1", "\"text\"");
      assertThat(scienceqa().line(answer("\"1\"", odd)).complaint()).contains("line 1", "\"text\"");
      assertThat(
              textvqa()
                  .line(
                      "{\"question_id\": \"i\", \"prompt\": \"Q\\nA\", \"text\": %s}"
                          .formatted(odd))
                  .complaint())
          .contains("line 1", "\"text\"");
    }
  }

  @Test
  void anAnswerThatIsNotLookedAtMayBeAnything() {
    for (String odd : NO_TEXT.split(" ")) {
      Scoring twice = vqav2().line(answer("1", odd)).answer(1, "red").line(answer("9", odd));
      assertThat(text(twice.score(), "upload.json")).contains("\"red\"");
      assertThat(text(vizwiz().line(answer("1", odd)).answer(1, "Red").score(), "upload.json"))
          .isEqualTo("[{\"image\": [7], \"answer\": \"red\"}]");
      assertThat(pope().answer(1, "yes").line(answer("2", odd)).line(answer("4", odd)).headline())
          .isEqualTo(100);
      assertThat(scienceqa().answer("1", "<image>\nq", "B").line(answer("\"7\"", odd)).headline())
          .isEqualTo(100);
    }
  }

  @Test
  void aMissingAnswerFails() {
    assertThat(vqav2().line("{\"question_id\": 9}").complaint()).contains("no \"text\"");
    assertThat(vizwiz().answer(1, "x").line("{\"question_id\": 9}").complaint())
        .contains("line 2", "no \"text\"");
    assertThat(pope().answer(1, "yes").line("{\"question_id\": 2}").headline()).isEqualTo(100);
    assertThat(
            new Scoring("llava-bench", folder)
                .line("{\"question_id\": 2, \"answer_id\": 1}")
                .complaint())
        .contains("no \"text\"");
    assertThat(
            new Scoring("llava-bench", folder)
                .line("{\"question_id\": 2, \"text\": 1}")
                .complaint())
        .contains("no \"answer_id\"");
  }

  @Test
  void anAnswerInACategoryOfNoSetNeedsItsQuestionsCategory() {
    assertThat(pope().answer(1, "yes").answer(3, "x").complaint())
        .contains("question 3", "no \"category\"");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {"true | 1", "1.0 | 1", "null | null", "2e0 | 2"})
  void idsMatchLikeKeysOfADictionary(String id, String written) {
    assertThat(text(vqav2().line(answer(id, "\"red\"")).score(), "upload.json"))
        .contains("{\"question_id\": %s, \"answer\": \"red\"}".formatted(written));
  }

  @ParameterizedTest
  @ValueSource(strings = {"NaN", "Infinity", "\"1\"", "9007199254740993", "1e400", "false", "1.5"})
  void otherIdsMatchNothing(String id) {
    assertThat(text(vqav2().line(answer(id, "\"red\"")).score(), "upload.json"))
        .doesNotContain("red");
  }

  @ParameterizedTest
  @ValueSource(strings = {"[]", "[1]", "{}", "{\"a\": 1}"})
  void listsAndObjectsAreNoIds(String id) {
    assertThat(vqav2().line(answer(id, "\"red\"")).complaint()).contains("line 1", "question_id");
    assertThat(vizwiz().line(answer(id, "\"red\"")).complaint()).contains("line 1", "question_id");
    assertThat(pope().line(answer(id, "\"red\"")).complaint()).contains("line 1", "question_id");
    assertThat(scienceqa().line(answer(id, "\"B\"")).complaint()).contains("line 1", "question_id");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "null | None",
        "true | True",
        "NaN | nan",
        "1e16 | 1e+16",
        "[1, \"a\"] | [1, 'a']",
        "{\"a\": null} | {'a': None}"
      })
  void mmVetWritesWhateverThereIs(String id, String key) {
    assertThat(
            text(
                new Scoring("mm-vet", folder).line(answer(id, "[1, {\"b\": null}]")).score(),
                "mm-vet.json"))
        .isEqualTo(
            "{\n  \"v1_%s\": [\n    1,\n    {\n      \"b\": null\n    }\n  ]\n}".formatted(key));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"x <image> y\" | true",
        "[\"<image>\"] | true",
        "{\"<image>\": 0} | true",
        "[\"a <image>\"] | false",
        "{\"a\": \"<image>\"} | false"
      })
  void scienceQaLooksForTheMarkerInWhateverThePromptIs(String prompt, boolean isThere) {
    Scoring scoring =
        scienceqa()
            .line("{\"question_id\": \"1\", \"prompt\": %s, \"text\": \"B\"}".formatted(prompt));

    if (isThere) {
      assertThat(scoring.headline()).isEqualTo(100);
    } else {
      assertThat(scoring.complaint()).contains("--strict");
    }
  }

  @ParameterizedTest
  @CsvSource({"true, B, 100", "-1, 'x', 100", "-1, B, 0", "-4, B, 0", "4, E, 0"})
  void scienceQaComparesPlacesWithWhatTheProblemHas(String right, String said, double expected) {
    Scoring scoring =
        scienceqa()
            .file(
                "problems.json", "{\"1\": {\"choices\": \"xy\", \"answer\": %s}}".formatted(right))
            .answer("1", "<image>\nq", said);

    assertThat(scoring.headline()).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"5", "-6", "1.0", "null", "\"1\""})
  void scienceQaFailsAtOtherPlaces(String right) {
    assertThat(
            scienceqa()
                .file(
                    "problems.json", "{\"1\": {\"choices\": [], \"answer\": %s}}".formatted(right))
                .answer("1", "<image>\nq", "A")
                .complaint())
        .contains("problem 1");
  }

  @Test
  void peoplesAnswersToTextVqaAreTexts() {
    Scoring scoring =
        textvqa()
            .file(
                "TextVQA_0.5.1_val.json",
                "{\"data\": [{\"image_id\": \"i\", \"question\": \"Q\", \"answers\": [%s2]}]}"
                    .formatted("\"x\", ".repeat(9)))
            .answer("i", "Q\nA", "x");

    assertThat(scoring.complaint()).contains("TextVQA_0.5.1_val.json", "a number");
  }

  @Test
  void answersThatAreNotUtf8AreNamed() throws Exception {
    Path file = Files.write(folder.resolve("latin1.jsonl"), new byte[] {'"', (byte) 0xE9, '"'});
    Benchmark benchmark = Benchmarks.named("vqav2");

    assertThat(
            org.assertj.core.api.Assertions.catchThrowable(
                () -> benchmark.score(vqav2().data(), file, Variant.ORIGINAL)))
        .isInstanceOf(BenchmarkException.class)
        .hasMessageContaining("latin1.jsonl")
        .hasMessageContaining("not UTF-8");
  }
}
