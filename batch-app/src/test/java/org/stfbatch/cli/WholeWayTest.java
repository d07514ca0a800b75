package org.stfbatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.stfbatch.base.ModelIdentity;
import org.stfbatch.db.AnswerTimings;
import org.stfbatch.db.ImageJobStore;
import org.stfbatch.db.JobPosition;
import org.stfbatch.db.OutcomeStore;
import org.stfbatch.db.RunStore;
import org.stfbatch.db.StoredAnswer;
import org.stfbatch.db.TokenCounts;
import org.stfbatch.db.testing.TestDatabase;

/** End-to-end: from question files and folders to answer files, with database and model. */
class WholeWayTest {

  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  @TempDir private Path folder;
  private Cli cli;

  @BeforeEach
  void connect() {
    cli = Cli.on(DATABASE.settings());
  }

  @Test
  void recordedAnswersReachStatusAndEveryFormat() throws IOException {
    List<Tiny.Recorded> recorded = Tiny.answers();
    Questions questions = new Questions();
    for (int i = 0; i < recorded.size(); i++) {
      questions.ask(i, recorded.get(i).image(), recorded.get(i).question());
    }
    Path file = questions.ask("lost", "lost.png", "Where?").writeTo(folder.resolve("q.jsonl"));
    int answers = recorded.size();

    assertThat(cli.ok("ingest", "--run", "way", "--questions", file, "--images", Tiny.images()))
        .isEqualTo("run way: %d read, %d added%n".formatted(answers + 1, answers + 1));
    assertThat(cli.ok("status", "--run", "way"))
        .isEqualTo(
            "run way: %d jobs, 0 answered, 0 failed, %d waiting%n"
                .formatted(answers + 1, answers + 1));
    JsonNode before = status("way");
    assertThat(before.get("waiting").asInt()).isEqualTo(answers + 1);
    assertThat(before.get("eta_seconds").isNull()).isTrue();

    assertThat(infer("way", "--batch", 3, "--chunk", 4, "--vision-tower", Tiny.tower()))
        .isEqualTo("run way done: %d answered, 1 failed, 0 waiting%n".formatted(answers));

    JsonNode after = status("way");
    assertThat(after.fieldNames())
        .toIterable()
        .containsExactly(
            "run",
            "state",
            "created_at",
            "started_at",
            "finished_at",
            "attempts",
            "holder",
            "workers",
            "request_counts",
            "jobs",
            "answered",
            "failed",
            "waiting",
            "failures",
            "retried_failures",
            "answered_on_retry",
            "reused",
            "images_per_second",
            "questions_per_second",
            "eta_seconds",
            "models");
    assertThat(after.get("run").asText()).isEqualTo("way");
    assertThat(after.get("jobs").asInt()).isEqualTo(answers + 1);
    assertThat(after.get("answered").asInt()).isEqualTo(answers);
    assertThat(after.get("failed").asInt()).isEqualTo(1);
    assertThat(after.get("waiting").asInt()).isZero();
    assertThat(after.get("failures").toString()).isEqualTo("{\"IMAGE_NOT_FOUND\":1}");
    assertThat(after.get("images_per_second").asDouble()).isPositive();
    assertThat(after.get("questions_per_second").asDouble())
        .isGreaterThanOrEqualTo(after.get("images_per_second").asDouble());
    assertThat(after.get("eta_seconds").isNull()).isTrue();
    assertThat(before.get("models")).isEmpty();
    assertThat(after.get("models")).hasSize(1);
    assertThat(after.at("/models/0/fingerprint").asText()).matches("[0-9a-f]{16}");
    assertThat(after.at("/models/0/compression").asText()).isEqualTo("none");
    assertThat(after.at("/models/0/weight_format").asText()).isEqualTo("plain");
    assertThat(cli.ok("status", "--run", "way"))
        .startsWith(
            "run way: %d jobs, %d answered, 1 failed, 0 waiting%n".formatted(answers + 1, answers))
        .containsPattern("  IMAGE_NOT_FOUND +1\n")
        .containsPattern("answered by model [0-9a-f]{16}, compression none, weight format plain\n")
        .containsPattern("last speed: [0-9.]+ images/s, [0-9.]+ questions/s\n");

    List<String> texts = recorded.stream().map(Tiny.Recorded::answer).toList();
    Path failures = folder.resolve("failures.jsonl");
    Path llava = export("way", "llava", "--failures", failures);
    assertThat(Exported.values(llava, "text")).isEqualTo(texts);
    assertThat(Exported.values(llava, "model_id")).containsOnly("tiny");
    assertThat(Exported.values(llava, "answer_id")).doesNotHaveDuplicates();
    assertThat(Exported.values(llava, "answer_id"))
        .allMatch(id -> id.matches("[2-9A-HJ-NP-Za-km-z]{22}"));
    Path jsonl = export("way", "jsonl");
    assertThat(Exported.values(jsonl, "text")).isEqualTo(texts);
    assertThat(Exported.values(jsonl, "generated_tokens")).containsOnly("16");
    assertThat(Exported.values(jsonl, "finish_reason")).containsOnly("length");
    assertThat(Exported.values(jsonl, "model_fingerprint")).hasSize(answers).doesNotContain("");
    assertThat(Exported.values(jsonl, "compression")).containsOnly("none");
    assertThat(Exported.values(jsonl, "weight_format")).containsOnly("plain");
    assertThat(csv(export("way", "csv"), "text")).isEqualTo(texts);

    JsonNode failure = Exported.json(failures).get(0);
    assertThat(Exported.lines(failures)).hasSize(1);
    assertThat(failure.get("question_id").asText()).isEqualTo("lost");
    assertThat(failure.get("stage").asText()).isEqualTo("image");
    assertThat(failure.get("code").asText()).isEqualTo("IMAGE_NOT_FOUND");
    assertThat(failure.get("message").asText()).contains("lost.png").doesNotContain("\n");
  }

  /** The expected lines were written by Python's {@code json.dumps}, answer ids left out. */
  @Test
  void llavaLinesAreThoseOfTheOriginal() throws IOException {
    Path file =
        new Questions()
            .ask(3, "wide.png", "Describe the picture in one sentence.")
            .ask("é/\"7\"", "rgba.png", "Is there a dog? 😀")
            .writeTo(folder.resolve("q.jsonl"));
    cli.ok("ingest", "--run", "lines", "--questions", file, "--images", Tiny.images());
    infer("lines");

    Path out = export("lines", "llava");

    assertThat(
            Files.readString(out, StandardCharsets.US_ASCII)
                .replaceAll("_id\": \"\\w{22}", "_id\": \"X"))
        .isEqualTo(
            """
            {"question_id": 3, "prompt": "Describe the picture in one sentence.", \
            "text": "ainpt betweenench\\ufffdagesighoo int haench0'ry\\u000e/", \
            "answer_id": "X", "model_id": "tiny", "metadata": {}}
            {"question_id": "\\u00e9/\\"7\\"", "prompt": "Is there a dog? \\ud83d\\ude00", \
            "text": "osZowo anoo-i publ work shstru cont ap\\u001b new", \
            "answer_id": "X", "model_id": "tiny", "metadata": {}}
            """);
    String first = Files.readString(out);
    assertThat(Files.readString(export("lines", "llava"))).isEqualTo(first);
  }

  @Test
  void questionIdsComeBackUnchangedInIngestOrder() throws IOException {
    List<String> ids =
        List.of(
            "7", "7.0", "1e5", "\"7\"", "7", "-0", "\"\"", "12345678901234567890123", "\"007\"");
    Questions questions = new Questions();
    // The images have another order than the lines.
    List<String> images = List.of("wide.png", "gray.png", "square336.png");
    for (int i = 0; i < ids.size(); i++) {
      questions.line(
          "{\"text\": \"What?\", \"image\": \"%s\", \"question_id\": %s}"
              .formatted(images.get(i % 3), ids.get(i)));
    }
    Path file =
        questions.line("{\"question_id\":\"é\",\"text\":\"What?\"}").writeTo(folder.resolve("q"));
    cli.ok("ingest", "--run", "ids", "--questions", file, "--images", Tiny.images());
    infer("ids", "--max-new-tokens", 1);

    List<String> all = new ArrayList<>(ids);
    all.add("\"\\u00e9\"");
    assertThat(Exported.lines(export("ids", "llava")))
        .extracting(line -> line.replaceAll("^\\{\"question_id\": (.*?), \"prompt\".*$", "$1"))
        .isEqualTo(all);
    all.set(all.size() - 1, "\"é\"");
    assertThat(Exported.lines(export("ids", "jsonl")))
        .extracting(line -> line.replaceAll("^.*\"question_id\":(.*?),\"category\".*$", "$1"))
        .isEqualTo(all);
    assertThat(csv(export("ids", "csv"), "question_id"))
        .isEqualTo(all.stream().map(id -> id.replace("\"", "")).toList());
  }

  @Test
  void ingestingAgainAddsOnlyWhatIsNew() throws IOException {
    Path file =
        new Questions()
            .ask(1, "wide.png", "What?")
            .ask(1, "wide.png", "What?")
            .line("no question")
            .writeTo(folder.resolve("q.jsonl"));

    assertThat(ingest("again", file)).contains("3 read, 3 added, 1 unusable");
    assertThat(ingest("again", file)).contains("3 read, 0 added, 1 unusable");
    Files.writeString(file, "{\"question_id\":2,\"text\":\"Why?\"}", StandardOpenOption.APPEND);
    assertThat(ingest("again", file)).contains("4 read, 1 added");
    Files.writeString(
        file, "\n{\"question_id\":3,\"text\":\"Who?\"}\n\n", StandardOpenOption.APPEND);
    assertThat(ingest("again", file)).contains("5 read, 1 added");
    Path copy = Files.copy(file, folder.resolve("copy.jsonl"));
    assertThat(ingest("again", copy)).contains("5 read, 0 added");
    infer("again", "--max-new-tokens", 1);
    assertThat(ingest("again", file)).contains("5 read, 0 added");
    assertThat(status("again").get("answered").asInt()).isEqualTo(4);
    assertThat(infer("again")).isEqualTo("run again: nothing is waiting%n".formatted());
  }

  @Test
  void equalLinesAboutTwoFoldersAreTwoJobs() throws IOException {
    Path one = Files.createDirectory(folder.resolve("one"));
    Path two = Files.createDirectory(folder.resolve("two"));
    Files.copy(Tiny.images().resolve("wide.png"), one.resolve("picture.png"));
    Files.copy(Tiny.images().resolve("gray.png"), two.resolve("picture.png"));
    for (Path camera : List.of(one, two)) {
      Path file = new Questions().ask(1, "picture.png", "What?").writeTo(camera.resolve("q.jsonl"));
      // Without --images, images are read from the question file's folder.
      assertThat(cli.ok("ingest", "--run", "cameras", "--questions", file)).contains("1 added");
    }
    infer("cameras", "--device", "cpu,cpu");

    assertThat(Exported.values(export("cameras", "llava"), "text"))
        .hasSize(2)
        .doesNotHaveDuplicates();
  }

  @Test
  void captionsOfNestedFolders() throws IOException {
    Path nested = Files.createDirectories(folder.resolve("pictures/b/c"));
    Files.copy(Tiny.images().resolve("wide.png"), nested.resolve("wide.png"));
    Files.copy(Tiny.images().resolve("gray.jpg"), folder.resolve("pictures/Gray.JPEG"));
    Files.copy(Tiny.images().resolve("gray.jpg"), folder.resolve("pictures/.hidden.jpg"));
    Files.writeString(folder.resolve("pictures/b/notes.txt"), "no picture");
    Files.createSymbolicLink(folder.resolve("pictures/loop"), folder.resolve("pictures"));
    Path pictures = folder.resolve("pictures");

    assertThat(cli.ok("ingest", "--run", "captions", "--captions", pictures))
        .contains("2 read, 2 added");
    assertThat(cli.ok("ingest", "--run", "captions", "--captions", pictures))
        .contains("2 read, 0 added");
    String question = "Describe the picture in one sentence.";
    assertThat(cli.ok("ingest", "--run", "captions", "--captions", pictures, "--prompt", question))
        .contains("2 read, 2 added");
    infer("captions");

    Path out = export("captions", "jsonl");
    assertThat(Exported.values(out, "image"))
        .containsExactly("Gray.JPEG", "b/c/wide.png", "Gray.JPEG", "b/c/wide.png");
    assertThat(Exported.values(out, "text").get(3)).isEqualTo(Tiny.answer("wide.png").answer());
    assertThat(Exported.json(out).get(0).get("question_id").isNull()).isTrue();
    assertThat(Exported.json(export("captions", "llava")).get(0).get("question_id").asText())
        .startsWith("caption-")
        .contains("Gray.JPEG");
  }

  @Test
  void aLineMaySetItsOwnGeneration() throws IOException {
    Tiny.Recorded wide = Tiny.answer("wide.png");
    Path file =
        new Questions()
            .ask("short", "wide.png", wide.question(), "max_new_tokens", 5)
            .ask("stop", "wide.png", wide.question(), "stop", List.of("nowhere", "ages"))
            .ask("stop text", "wide.png", wide.question(), "stop", "ages")
            .ask("no stop", "wide.png", wide.question(), "stop", List.of())
            .ask("drawn", "wide.png", wide.question(), "temperature", 1.5, "seed", 11)
            .ask("same", "wide.png", wide.question(), "temperature", 1.5, "seed", 11)
            .ask("other", "wide.png", wide.question(), "temperature", 1.5, "seed", 12)
            .ask("nucleus", "wide.png", wide.question(), "temperature", 1.5, "top_p", 1e-9)
            .ask("default", "wide.png", wide.question(), "stop", null, "category", "conv")
            .writeTo(folder.resolve("q.jsonl"));
    ingest("own", file);
    infer("own", "--stop", "int");

    Map<String, JsonNode> answers = Exported.byQuestion(export("own", "jsonl"));
    assertThat(answers.get("short").get("generated_tokens").asInt()).isEqualTo(5);
    assertThat(wide.answer()).startsWith(answers.get("short").get("text").asText());
    String untilStop = wide.answer().substring(0, wide.answer().indexOf("ages"));
    assertThat(answers.get("stop").get("text").asText()).isEqualTo(untilStop);
    assertThat(answers.get("stop").get("finish_reason").asText()).isEqualTo("stop");
    assertThat(answers.get("stop text").get("text").asText()).isEqualTo(untilStop);
    assertThat(answers.get("no stop").get("text").asText()).isEqualTo(wide.answer());
    assertThat(answers.get("nucleus").get("text").asText())
        .isEqualTo(answers.get("default").get("text").asText());
    assertThat(answers.get("default").get("text").asText())
        .isEqualTo(wide.answer().substring(0, wide.answer().indexOf("int")).strip());
    assertThat(answers.get("default").get("category").asText()).isEqualTo("conv");
    assertThat(answers.get("drawn").get("text")).isEqualTo(answers.get("same").get("text"));
    assertThat(answers.get("drawn").get("text")).isNotEqualTo(answers.get("other").get("text"));
  }

  @Test
  void drawnAnswersDependOnTheJobAndTheSeedAlone() throws IOException {
    Questions questions = new Questions();
    for (int i = 0; i < 6; i++) {
      questions.ask(1, i % 2 == 0 ? "wide.png" : "gray.png", "What?");
    }
    Path file = questions.writeTo(folder.resolve("q.jsonl"));
    Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
    Files.copy(Tiny.images().resolve("wide.png"), elsewhere.resolve("wide.png"));
    Files.copy(Tiny.images().resolve("gray.png"), elsewhere.resolve("gray.png"));
    cli.ok("ingest", "--run", "draw1", "--questions", file, "--images", Tiny.images());
    cli.ok("ingest", "--run", "draw2", "--questions", file, "--images", elsewhere);
    cli.ok("ingest", "--run", "draw3", "--questions", file, "--images", Tiny.images());
    infer("draw1", "--temperature", 1, "--seed", 5, "--batch", 1);
    infer("draw2", "--temperature", 1, "--seed", 5, "--batch", 4);
    infer("draw3", "--temperature", 1, "--seed", 6, "--batch", 4);

    List<String> drawn = Exported.values(export("draw1", "llava"), "text");
    assertThat(drawn).doesNotHaveDuplicates();
    assertThat(Exported.values(export("draw2", "llava"), "text")).isEqualTo(drawn);
    assertThat(Exported.values(export("draw3", "llava"), "text")).isNotEqualTo(drawn);
  }

  @Test
  void everyCharacterSurvivesDatabaseAndExport() throws IOException {
    StringBuilder text = new StringBuilder("\" , ; ' \\ \u0000\u0000");
    for (char c = 1; c <= 0xA0; c++) {
      text.append(c);
    }
    text.append("\u2028\u2029\uFEFF\uFFFD\uFFFF😀\r\n\n\r = é\u2400");
    List<String> texts = List.of(text.toString(), "", " ", "\u0000", "\n", "=1+1", "a,b", "\"");
    Questions questions = new Questions();
    texts.forEach(one -> questions.ask(1, null, "What?"));
    ingest("characters", questions.writeTo(folder.resolve("q.jsonl")));
    store("characters", texts);

    assertThat(Exported.values(export("characters", "llava"), "text")).isEqualTo(texts);
    assertThat(Exported.values(export("characters", "jsonl"), "text")).isEqualTo(texts);
    assertThat(csv(export("characters", "csv"), "text")).isEqualTo(texts);
    assertThat(Files.readString(folder.resolve("characters.llava"))).matches("[ -~\n]*");
  }

  private static void store(String run, List<String> texts) {
    long runId = new RunStore(DATABASE.dataSource()).find(run).orElseThrow().runId();
    var waiting =
        new ImageJobStore(DATABASE.dataSource()).waitingAfter(runId, JobPosition.START, 100);
    List<StoredAnswer> answers = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      answers.add(
          new StoredAnswer(
              waiting.get(i).jobId(),
              texts.get(i),
              "eos",
              new TokenCounts(1, 0, 1),
              new AnswerTimings(0, 0, 0),
              "model",
              ModelIdentity.plain("fingerprint"),
              Instant.EPOCH));
    }
    new OutcomeStore(DATABASE.dataSource()).write(runId, answers, List.of());
  }

  private String ingest(String run, Path questions) {
    return cli.ok("ingest", "--run", run, "--questions", questions, "--images", Tiny.images());
  }

  private String infer(String run, Object... more) {
    List<Object> command = new ArrayList<>(List.of("infer", "--run", run));
    command.addAll(List.of("--model", Tiny.checkpoint()));
    command.addAll(List.of(more));
    if (!command.contains("--dtype")) {
      command.addAll(List.of("--dtype", "float32"));
    }
    if (!command.contains("--max-new-tokens")) {
      command.addAll(List.of("--max-new-tokens", Tiny.recordedTokens()));
    }
    return cli.ok(command.toArray());
  }

  private JsonNode status(String run) throws IOException {
    String json = cli.ok("status", "--run", run, "--json");
    assertThat(json.lines()).hasSize(1);
    return new ObjectMapper().readTree(json);
  }

  private Path export(String run, String format, Object... more) {
    Path file = folder.resolve(run + "." + format);
    List<Object> command = new ArrayList<>(List.of("export", "--run", run, "--out", file));
    command.addAll(List.of("--format", format));
    command.addAll(List.of(more));
    cli.ok(command.toArray());
    return file;
  }

  private static List<String> csv(Path file, String column) throws IOException {
    CSVFormat format = CSVFormat.RFC4180.builder().setHeader().setSkipHeaderRecord(true).get();
    try (CSVParser parser = CSVParser.parse(file, StandardCharsets.UTF_8, format)) {
      return parser.stream().map((CSVRecord record) -> record.get(column)).toList();
    }
  }
}
