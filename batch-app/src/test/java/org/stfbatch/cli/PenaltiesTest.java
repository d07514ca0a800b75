package org.stfbatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.stfbatch.db.testing.TestDatabase;
import org.stfbatch.model.checkpoint.LoopingCheckpoint;
import org.stfbatch.prompt.LlamaTokenizer;

/** Penalties and repetitions on the whole way from the input to the exports. */
class PenaltiesTest {
  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  private static final String TEXT = "What is this?";
  private static final Map<String, String> SETTINGS =
      Map.of(
          "plain", "",
          "repetition", "\"repetition_penalty\":0.5",
          "ngram", "\"no_repeat_ngram_size\":1",
          "presence", "\"presence_penalty\":-2",
          "frequency", "\"frequency_penalty\":-1.25",
          "all",
              "\"repetition_penalty\":1.2,\"no_repeat_ngram_size\":2,\"presence_penalty\":-2,\"frequency_penalty\":-1");

  private final Cli cli = Cli.on(DATABASE.settings());
  @TempDir private Path folder;

  @Test
  void settingsOfLinesRequestsAndTheCommandAreTheSame() throws IOException {
    Map<String, String> lines = answersOfLines();

    assertThat(new HashSet<>(lines.values())).as("%s", lines).hasSize(SETTINGS.size());
    assertThat(answersOfRequests()).isEqualTo(lines);
    assertThat(answersOfCommand())
        .containsEntry("plain", lines.get("all"))
        .containsEntry("off", lines.get("plain"));
  }

  private Map<String, String> answersOfLines() throws IOException {
    List<String> lines = new ArrayList<>();
    SETTINGS.forEach(
        (name, settings) -> lines.add(line(name, settings.isEmpty() ? "" : "," + settings)));
    ingest("lines", lines);
    infer("lines");
    return texts("lines");
  }

  private Map<String, String> answersOfRequests() throws IOException {
    List<String> requests = new ArrayList<>();
    SETTINGS.forEach(
        (name, settings) ->
            requests.add(
                "{\"custom_id\":\"%s\",\"body\":{\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]%s}}"
                    .formatted(name, TEXT, settings.isEmpty() ? "" : "," + settings)));
    ingest("requests", requests, "--format", "openai");
    infer("requests");
    Map<String, String> texts = new LinkedHashMap<>();
    for (JsonNode answer : Exported.json(export("requests", "jsonl"))) {
      texts.put(answer.get("custom_id").asText(), answer.get("text").asText());
    }
    return texts;
  }

  private Map<String, String> answersOfCommand() throws IOException {
    String off =
        ",\"repetition_penalty\":1,\"no_repeat_ngram_size\":0,\"presence_penalty\":0,\"frequency_penalty\":0";
    ingest("command", List.of(line("plain", ""), line("off", off)));
    infer(
        "command",
        "--repetition-penalty",
        1.2,
        "--no-repeat-ngram-size",
        2,
        "--presence-penalty",
        -2,
        "--frequency-penalty",
        -1);
    return texts("command");
  }

  @Test
  void aChangedPenaltyIsAChangedQuestion() throws IOException {
    ingest("changed", List.of(line("a", ",\"presence_penalty\":1")));

    Path edited = write("changed", List.of(line("a", ",\"presence_penalty\":1.5")));
    cli.ok("ingest", "--run", "changed", "--questions", edited, "--on-change", "replace");

    assertThat(
            JdbcClient.create(DATABASE.dataSource())
                .sql(
                    "select presence_penalty from image_job join run using (run_id) where name = 'changed'")
                .query(Double.class)
                .list())
        .containsExactly(1.5);
  }

  @Test
  void everyExportSaysWhichAnswersRepeatedThemselves() throws IOException {
    Path model = looping();
    ingest("loop", List.of(line("a", "")));
    inferWith(model, "loop", "--vision-tower", Tiny.tower());
    ingest("endless", List.of(line("a", "")));
    inferWith(model, "endless", "--vision-tower", Tiny.tower(), "--repetition-detection", "off");

    JsonNode ended = Exported.json(export("loop", "jsonl")).get(0);
    assertThat(ended.get("finish_reason").asText()).isEqualTo("repetition");
    assertThat(ended.get("text").asText()).isEqualTo("the kite is red.");
    assertThat(ended.get("generated_tokens").asInt()).isEqualTo(64);
    assertThat(Files.readString(export("loop", "csv"))).contains(",repetition,");
    assertThat(
            Exported.json(export("loop", "openai"))
                .get(0)
                .at("/response/body/choices/0/finish_reason")
                .asText())
        .isEqualTo("repetition");
    Path report = folder.resolve("report.md");
    cli.ok("report", "--run", "loop", "--compare", "endless", "--out", report);
    assertThat(report).content().contains("| Finish reasons: Repetition | 1 |");
    JsonNode endless = Exported.json(export("endless", "jsonl")).get(0);
    assertThat(endless.get("finish_reason").asText()).isEqualTo("length");
    assertThat(endless.get("generated_tokens").asInt()).isEqualTo(128);
  }

  /** Its answers to the template's prompts are one sentence, over and over. */
  private Path looping() throws IOException {
    try (LlamaTokenizer tokenizer = LlamaTokenizer.open(Tiny.checkpoint())) {
      int[] prompt = tokenizer.encode(" ASSISTANT:");
      return LoopingCheckpoint.write(
          Tiny.checkpoint(),
          Tiny.tower(),
          folder.resolve("looping"),
          prompt[prompt.length - 1],
          tokenizer.encodeWithoutSpecial("the kite is red."));
    }
  }

  private static String line(String id, String settings) {
    return "{\"question_id\":\"%s\",\"text\":\"%s\"%s}".formatted(id, TEXT, settings);
  }

  private Path write(String name, List<String> lines) throws IOException {
    return Files.write(folder.resolve(name + ".jsonl"), lines);
  }

  private void ingest(String run, List<String> lines, Object... options) throws IOException {
    List<Object> command =
        new ArrayList<>(List.of("ingest", "--run", run, "--questions", write(run, lines)));
    command.addAll(List.of(options));
    assertThat(cli.ok(command.toArray()))
        .contains(lines.size() + " added")
        .doesNotContain("unusable");
  }

  private void infer(String run, Object... options) {
    List<Object> few = new ArrayList<>(List.of("--max-new-tokens", 24));
    few.addAll(List.of(options));
    inferWith(Tiny.checkpoint(), run, few.toArray());
  }

  private void inferWith(Path model, String run, Object... options) {
    List<Object> command =
        new ArrayList<>(List.of("infer", "--run", run, "--model", model, "--dtype", "float32"));
    command.addAll(List.of(options));
    cli.ok(command.toArray());
  }

  private Path export(String run, String format) {
    Path out = folder.resolve("answers-" + run + "." + format);
    cli.ok("export", "--run", run, "--format", format, "--out", out);
    return out;
  }

  /** Returns the answers by question id. */
  private Map<String, String> texts(String run) throws IOException {
    Map<String, String> texts = new LinkedHashMap<>();
    Exported.byQuestion(export(run, "jsonl"))
        .forEach((id, answer) -> texts.put(id, answer.get("text").asText()));
    return texts;
  }
}
