package org.stfbatch.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.stfbatch.db.testing.TestDatabase;

/** Choices, from the question file to the export. */
class ChoicesTest {
  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  @TempDir private Path folder;
  private Cli cli;

  @BeforeEach
  void connect() {
    cli = Cli.on(DATABASE.settings());
  }

  @Test
  void aJobsOwnChoicesGoBeforeThoseOfIngestAndInfer() throws IOException {
    Path own =
        new Questions()
            .ask("own", "wide.png", "What?", "choices", List.of("yes, sure", "no"))
            .ask("ingest", "wide.png", "What?")
            .writeTo(folder.resolve("own.jsonl"));
    Path none = new Questions().ask("infer", "wide.png", "What?").writeTo(folder.resolve("none"));
    ingest("levels", own, "--choices", "left,right");
    ingest("levels", none);
    infer("levels", "--choices", "[\"up, up\", \"down\"]");

    Map<String, JsonNode> answers = Exported.byQuestion(export("levels", "jsonl"));
    requireChosen(answers.get("own"), "yes, sure", "no");
    requireChosen(answers.get("ingest"), "left", "right");
    requireChosen(answers.get("infer"), "up, up", "down");
  }

  private static void requireChosen(JsonNode answer, String... choices) {
    JsonNode scores = answer.get("log_probabilities");
    List<String> names = new ArrayList<>();
    scores.fieldNames().forEachRemaining(names::add);
    assertThat(names).containsExactly(choices);
    String text = answer.get("text").asText();
    assertThat(names).contains(text);
    assertThat(names).allSatisfy(name -> assertThat(scores.get(name).asDouble()).isNegative());
    assertThat(names)
        .allSatisfy(
            name ->
                assertThat(scores.get(name).asDouble())
                    .isLessThanOrEqualTo(scores.get(text).asDouble()));
    assertThat(answer.get("finish_reason").asText()).isEqualTo("choice");
    assertThat(answer.get("generated_tokens").asInt()).isGreaterThan(1);
  }

  @Test
  void aStoppedRunGoesOnAndIsTheSameWhateverItsBatches() throws IOException {
    Questions questions = new Questions();
    for (int i = 0; i < 24; i++) {
      String image = new String[] {"wide.png", "gray.png", null}[i % 3];
      if (i % 4 == 0) {
        questions.ask(i, image, "Describe " + i);
      } else {
        questions.ask(i, image, "Which " + i + "?", "choices", "A,B,AB,never and ever");
      }
    }
    Path file = questions.writeTo(folder.resolve("q.jsonl"));
    ingest("stopped", file);
    ingest("whole", file);
    infer("stopped", "--limit", 7, "--chunk", 3, "--batch", 2);
    infer("stopped", "--limit", 1, "--no-prefix-reuse");
    infer("stopped", "--batch", 16);
    infer("whole", "--batch", 5);

    List<JsonNode> stopped = Exported.json(export("stopped", "jsonl"));
    List<JsonNode> whole = Exported.json(export("whole", "jsonl"));
    assertThat(stopped).hasSize(24);
    for (int i = 0; i < 24; i++) {
      assertThat(stopped.get(i).get("text")).isEqualTo(whole.get(i).get("text"));
      JsonNode scores = whole.get(i).get("log_probabilities");
      assertThat(scores.isNull()).isEqualTo(i % 4 == 0);
      for (Map.Entry<String, JsonNode> score : scores.properties()) {
        assertThat(stopped.get(i).get("log_probabilities").get(score.getKey()).asDouble())
            .isCloseTo(score.getValue().asDouble(), within(1e-4));
      }
    }
    assertThat(Files.readString(export("whole", "csv"))).contains("\"{\"\"A\"\":-");
  }

  @Test
  void unusableChoicesFailTheirJobAlone() throws IOException {
    ingest(
        "bad",
        new Questions()
            .ask("twice", "wide.png", "What?", "choices", List.of("A", "B", " A"))
            .ask("empty", "wide.png", "What?", "choices", List.of("A", ""))
            .ask("good", "wide.png", "What?", "choices", List.of("A", "B"))
            .writeTo(folder.resolve("q.jsonl")));
    infer("bad", "--max-failed", "100%");

    Path failures = folder.resolve("failures.jsonl");
    cli.ok("export", "--run", "bad", "--out", folder.resolve("out"), "--failures", failures);
    assertThat(Exported.values(folder.resolve("out"), "question_id")).containsExactly("good");
    assertThat(Exported.values(failures, "code")).containsOnly("QUESTION_LINE").hasSize(2);
    assertThat(Exported.values(failures, "message"))
        .satisfiesExactly(
            message -> assertThat(message).contains("line 1", "'A' twice"),
            message -> assertThat(message).contains("line 2", "an empty text"));
  }

  @Test
  void imagesOfAFolderAreSorted() throws IOException {
    Path pictures = Files.createDirectory(folder.resolve("pictures"));
    Files.copy(Tiny.images().resolve("wide.png"), pictures.resolve("wide.png"));
    cli.ok("ingest", "--run", "sorted", "--captions", pictures, "--choices", "cat,dog");
    infer("sorted");

    assertThat(Exported.values(export("sorted", "llava"), "text").get(0)).isIn("cat", "dog");
  }

  /** OpenAI's requests have no such field; guided_choice is the supported one. */
  @Test
  void choicesInOpenAisFormAreRefusedAndGuidedChoiceIsCarriedOut() throws IOException {
    String request =
        "{\"custom_id\": \"%s\", \"method\": \"POST\", \"url\": \"/v1/chat/completions\", \"body\": {\"%s\": [\"A\", \"B\"], \"messages\": [{\"role\": \"user\", \"content\": \"What?\"}]}}";
    Path requests =
        Files.write(
            folder.resolve("requests-in.jsonl"),
            List.of(request.formatted("a", "choices"), request.formatted("b", "guided_choice")));
    ingest("requests", requests, "--format", "openai");
    infer("requests", "--max-new-tokens", 3);

    List<JsonNode> answers = Exported.json(export("requests", "jsonl"));
    assertThat(answers).hasSize(1);
    assertThat(answers.get(0).get("custom_id").asText()).isEqualTo("b");
    assertThat(answers.get(0).get("finish_reason").asText()).isEqualTo("choice");
    Path failures = folder.resolve("failures.jsonl");
    cli.ok("export", "--run", "requests", "--out", folder.resolve("o"), "--failures", failures);
    assertThat(Files.readString(failures)).contains("REQUEST_LINE").contains("choices");
  }

  private void ingest(String run, Path questions, Object... more) {
    List<Object> command = new ArrayList<>(List.of("ingest", "--run", run));
    command.addAll(List.of("--questions", questions, "--images", Tiny.images()));
    command.addAll(List.of(more));
    cli.ok(command.toArray());
  }

  private void infer(String run, Object... more) {
    List<Object> command = new ArrayList<>(List.of("infer", "--run", run));
    command.addAll(List.of("--model", Tiny.checkpoint(), "--dtype", "float32"));
    command.addAll(List.of(more));
    cli.ok(command.toArray());
  }

  private Path export(String run, String format) {
    Path out = folder.resolve(run + "." + format);
    cli.ok("export", "--run", run, "--out", out, "--format", format);
    return out;
  }
}
