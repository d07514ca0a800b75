package org.stfbatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.stfbatch.db.EvaluationStore;
import org.stfbatch.db.ExportStore;
import org.stfbatch.db.Run;
import org.stfbatch.db.RunStore;
import org.stfbatch.db.StoredEvaluation;
import org.stfbatch.db.testing.TestDatabase;
import org.stfbatch.evaluation.Benchmark;
import org.stfbatch.evaluation.Benchmarks;
import org.stfbatch.testing.Golden;

/** Benchmarks from data set to score, with database and model. */
class EvaluateCommandTest {
  private static final int IMAGES = 3;

  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  @TempDir private static Path drawn;

  @TempDir private Path folder;
  private Path data;
  private Cli cli;

  @BeforeAll
  static void drawData() {
    Cli.on(DATABASE.settings())
        .ok("benchmark-data", "--out", drawn.resolve("eval"), "--images", IMAGES);
  }

  @BeforeEach
  void copyData() throws IOException {
    cli = Cli.on(DATABASE.settings());
    data = folder.resolve("eval");
    try (Stream<Path> files = Files.walk(drawn.resolve("eval"))) {
      for (Path file : files.toList()) {
        Files.copy(file, folder.resolve(drawn.relativize(file)));
      }
    }
  }

  private Cli.Ran evaluate(String name, Object... more) {
    List<Object> command = new ArrayList<>(List.of("evaluate", name, "--data", data));
    command.addAll(List.of("--model", Golden.file("checkpoints/small"), "--chunk", 8));
    command.addAll(List.of("--out", folder.resolve("out"), "--json"));
    command.addAll(List.of(more));
    return cli.run(command.toArray());
  }

  private static Map<String, JsonNode> rows(Cli.Ran ran) throws IOException {
    Map<String, JsonNode> rows = new TreeMap<>();
    for (String line : ran.out().lines().toList()) {
      JsonNode row = new ObjectMapper().readTree(line);
      rows.put(row.get("benchmark").asText(), row);
    }
    return rows;
  }

  private Path answers(String benchmark) {
    return folder.resolve("out").resolve(benchmark).resolve("answers.jsonl");
  }

  private StoredEvaluation stored(String run) {
    Run found = new RunStore(DATABASE.dataSource()).find(run).orElseThrow();
    return new EvaluationStore(DATABASE.dataSource()).find(found.runId()).orElseThrow();
  }

  @Test
  void workersShareABenchmarkAndEachHasItsScore() throws Exception {
    List<ChildJvm> workers = new ArrayList<>();
    for (String name : List.of("one", "two")) {
      workers.add(
          ChildJvm.start(
              folder,
              DATABASE.settings(),
              "evaluate",
              "pope",
              "--data",
              data,
              "--model",
              Golden.file("checkpoints/small"),
              "--run",
              "shared",
              "--out",
              folder.resolve(name),
              "--json",
              "--share",
              "--worker",
              name));
    }
    for (ChildJvm worker : workers) {
      try (worker) {
        assertThat(worker.exitCode()).as(worker::err).isZero();
        assertThat(worker.out()).contains("\"pope\"");
      }
    }
    assertThat(evaluate("pope", "--run", "alone").code()).isZero();
    assertThat(stored("shared-pope").figures()).isEqualTo(stored("alone-pope").figures());
    assertThat(folder.resolve("one/pope/answers.jsonl"))
        .hasSameTextualContentAs(folder.resolve("two/pope/answers.jsonl"));
  }

  @Test
  void allTwelveFromTheirDataSetsToTheirScores() throws IOException {
    Cli.Ran first = evaluate("all", "--run", "twelve", "--strict");
    assertThat(first.code()).as(first.out() + first.err()).isZero();
    Map<String, JsonNode> rows = rows(first);

    assertThat(rows.keySet())
        .containsExactlyInAnyOrderElementsOf(
            Benchmarks.all().stream().map(Benchmark::name).toList());
    for (Benchmark benchmark : Benchmarks.all()) {
      holds(benchmark, rows.get(benchmark.name()));
    }
    assertThat(rows.get("scienceqa").get("questions").asInt()).isEqualTo(2 * IMAGES);
    assertThat(
            Exported.values(answers("scienceqa"), "prompt").stream()
                .filter(p -> p.startsWith("<image>\n")))
        .hasSize(IMAGES);
    assertThat(rows.get("mme").get("metrics").fieldNames())
        .toIterable()
        .contains("perception", "OCR");

    byte[] before = Files.readAllBytes(answers("mmbench"));
    Cli.Ran again = evaluate("mmbench", "--run", "twelve", "--strict");
    assertThat(rows(again).get("mmbench")).isEqualTo(rows.get("mmbench"));
    assertThat(answers("mmbench")).hasBinaryContent(before);
  }

  private void holds(Benchmark benchmark, JsonNode row) throws IOException {
    String name = benchmark.name();
    assertThat(row.get("questions").asInt()).as(name).isPositive();
    assertThat(row.get("answered")).as(name).isEqualTo(row.get("questions"));
    assertThat(row.get("problem").isNull()).as(name).isTrue();
    assertThat(Exported.lines(answers(name))).as(name).hasSize(row.get("questions").asInt());
    row.get("files").forEach(file -> assertThat(Path.of(file.asText())).isNotEmptyFile());
    assertThat(row.get("score").isNull() && row.get("notes").isEmpty()).as(name).isFalse();

    JsonNode scored =
        new ObjectMapper()
            .readTree(
                cli.ok(
                    "score",
                    name,
                    "--data",
                    data,
                    "--answers",
                    answers(name),
                    "--strict",
                    "--json"));
    assertThat(scored.get("metrics")).as(name).isEqualTo(row.get("metrics"));
    StoredEvaluation stored = stored("twelve-" + name);
    assertThat(stored.strict()).isTrue();
    assertThat(stored.answered()).isEqualTo(row.get("answered").asLong());
    assertThat(stored.figures()).hasSize(row.get("metrics").size());
    assertThat(stored.published()).as("of so few questions").isEmpty();
  }

  @Test
  void theTableShowsThePapersFigureAndTheDifference() throws IOException {
    Path answers = folder.resolve("pope.jsonl");
    StringBuilder lines = new StringBuilder();
    for (JsonNode question : Exported.json(data.resolve("pope/llava_pope_test.jsonl"))) {
      lines.append(
          "{\"question_id\": %s, \"text\": \"yes\"}\n".formatted(question.get("question_id")));
    }
    Files.writeString(answers, lines);

    assertThat(cli.ok("score", "pope", "--data", data, "--answers", answers))
        .containsPattern("benchmark +answered +score +paper +difference\n")
        .containsPattern("POPE +\\S+ +[0-9.]+ +86.00 +-\n")
        .contains("9 questions: not comparable with the paper, which asks 8910")
        .contains("adversarial precision");
  }

  @Test
  void theReportOfARunThatAnsweredABenchmarkShowsItsScore() throws IOException {
    Cli.Ran ran = evaluate("pope", "--run", "reported", "--http", "127.0.0.1:0");
    assertThat(ran.code()).as(ran.err()).isZero();
    assertThat(ran.err()).contains("serving http://127.0.0.1:");
    Path out = folder.resolve("report.json");
    cli.ok("report", "--run", "reported-pope", "--format", "json", "--out", out);

    JsonNode report = new ObjectMapper().readTree(out.toFile());
    StoredEvaluation stored = stored("reported-pope");
    JsonNode evaluation = report.at("/evaluations/0");
    assertThat(evaluation.get("benchmark").asText()).isEqualTo("pope");
    assertThat(evaluation.get("answered").asLong()).isEqualTo(stored.answered());
    assertThat(evaluation.get("figures")).hasSize(stored.figures().size());
    assertThat(fact(report, "score")).isEqualTo(stored.headline().orElseThrow());
    assertThat(report.get("facts").findValuesAsText("name"))
        .as("so few questions are not the paper's")
        .doesNotContain("published", "difference");
    assertThat(ran.out()).contains("9 questions: not comparable with the paper, which asks 8910");
  }

  private static double fact(JsonNode report, String name) {
    for (JsonNode fact : report.get("facts")) {
      if (fact.get("name").asText().equals(name)) {
        return fact.get("value").asDouble();
      }
    }
    throw new AssertionError("no " + name + " in " + report.get("facts"));
  }

  @Test
  void allPassesOverWhatIsNotComplete() throws IOException {
    Path alone = folder.resolve("alone");
    Files.createDirectories(alone.resolve("gqa"));
    Files.copy(
        data.resolve("gqa/llava_gqa_testdev_balanced.jsonl"),
        alone.resolve("gqa/llava_gqa_testdev_balanced.jsonl"));
    Files.move(data.resolve("mm-vet"), alone.resolve("mm-vet"));
    data = alone;

    Cli.Ran ran = evaluate("all", "--run", "alone");
    assertThat(ran.code()).as(ran.err()).isZero();
    assertThat(rows(ran)).containsOnlyKeys("mm-vet");
    assertThat(ran.err()).contains("passed over gqa: images is missing");
  }

  @Test
  void whatTheOriginalFailsAtIsToldAndStored() throws IOException {
    Cli.Ran ran = evaluate("seed-bench", "--run", "fails");

    assertThat(ran.code()).isEqualTo(1);
    assertThat(rows(ran).get("seed-bench").get("problem").asText()).contains("--strict");
    assertThat(stored("fails-seed-bench").problem().orElseThrow()).contains("--strict");
    assertThat(answers("seed-bench")).isNotEmptyFile();
    assertThat(cli.ok("status", "--run", "fails-seed-bench"))
        .contains("benchmark seed-bench: 3 of 3 questions answered", "no score: ");
  }

  @Test
  void failedQuestionsHaveNoLine() throws IOException {
    Files.delete(data.resolve("mm-vet/images/v1_1.png"));

    Cli.Ran ran = evaluate("mm-vet", "--run", "gap");
    assertThat(ran.code()).as(ran.err()).isZero();
    assertThat(rows(ran).get("mm-vet").get("answered").asInt()).isEqualTo(IMAGES - 1);
    assertThat(Exported.values(answers("mm-vet"), "question_id")).containsExactly("0", "2");
    Cli.Ran strict = evaluate("mm-vet", "--run", "gap", "--strict");
    assertThat(strict.code()).isEqualTo(1);
    assertThat(rows(strict).get("mm-vet").get("problem").asText()).contains("question 1");
  }

  @Test
  void aChangedDataSetAsksWhatIsNew() throws IOException {
    assertThat(evaluate("mm-vet", "--run", "changed").code()).isZero();
    Path questions = data.resolve("mm-vet/llava-mm-vet.jsonl");
    Files.writeString(
        questions,
        Files.readString(questions)
            + "{\"question_id\": 9, \"image\": \"v1_0.png\", \"text\": \"What else?\", \"category\": \"default\"}\n");

    Cli.Ran ran = evaluate("mm-vet", "--run", "changed");
    assertThat(rows(ran).get("mm-vet").get("answered").asInt()).isEqualTo(IMAGES + 1);
  }

  @Test
  void anotherModelOrCompressionStrategyNeedsARunOfItsOwn() {
    assertThat(evaluate("mm-vet", "--run", "models").code()).isZero();

    cli.run(
            "evaluate",
            "mm-vet",
            "--data",
            data,
            "--run",
            "models",
            "--model",
            Tiny.checkpoint(),
            "--vision-tower",
            Tiny.tower())
        .complainsInOneLine(2, "models-mm-vet", "small", "--run");

    JdbcClient.create(DATABASE.dataSource())
        .sql(
            """
            update answer set compression = 'fastv:layer=2,keep=144', weight_format = 'int8'
            where run_id = (select run_id from run where name = 'models-mm-vet')
            """)
        .update();
    evaluate("mm-vet", "--run", "models")
        .complainsInOneLine(
            2,
            "models-mm-vet",
            "compression fastv:layer=2,keep=144, weight format int8",
            "compression none, weight format plain",
            "--run");
  }

  @Test
  void severalStrategiesAreAskedOneAfterTheOtherAndCompared() throws IOException {
    Cli.Ran ran =
        cli.run(
            "evaluate",
            "pope",
            "--data",
            data,
            "--run",
            "sides",
            "--out",
            folder.resolve("sides"),
            "--model",
            Golden.file("checkpoints/small"),
            "--compress",
            "none/fastv:layer=1,keep=20");

    assertThat(ran.code()).as(ran.err()).isZero();
    assertThat(ran.out())
        .containsPattern("POPE +score +tokens +TFLOPs +questions/s\n")
        .containsPattern("none +[0-9.]+ +144 +[0-9.]+ +[0-9.]+\n")
        .containsPattern("fastv:layer=1,keep=20 +[0-9.]+ +144->20 +[0-9.]+ +[0-9.]+\n")
        .containsPattern("POPE none +\\d+/\\d+")
        .containsPattern("POPE fastv:layer=1,keep=20 +\\d+/\\d+")
        .containsPattern("LLaVA-1.5 \\(LLaVA-STF\\) +85.90 +576 +7.6 +-\n")
        .containsPattern("VTC-CLS \\(VTC-CLS\\) +78.80 +64 +- +-\n");
    assertThat(stored("sides-pope").answered()).isPositive();
    assertThat(stored("sides-pope-fastv:layer=1,keep=20").answered()).isPositive();
    assertThat(folder.resolve("sides/pope-fastv_layer_1_keep_20/answers.jsonl")).isNotEmptyFile();
  }

  @Test
  void strategiesThatCannotBeUsedAreNamedBeforeAnythingIsLoaded() {
    evaluate("pope", "--compress", "fast").complainsInOneLine(2, "'fast'", "fastv", "vtc-cls");
    evaluate("pope", "--compress", "none/none").complainsInOneLine(2, "--compress", "twice");
    evaluate("pope", "--compress", "vtc-cls:tokens=20")
        .complainsInOneLine(2, "vtc-cls", "projector");
    evaluate("pope", "--compress", "fastv:layer=99").complainsInOneLine(2, "layer 99");
    cli.run("infer", "--run", "any", "--compress", "none/fastv")
        .complainsInOneLine(2, "--compress", "one strategy");
  }

  @Test
  void missingAndDamagedFilesAreNamedBeforeAnythingIsLoaded() throws IOException {
    evaluate("popes").complainsInOneLine(2, "popes", "textvqa");
    Files.delete(data.resolve("scienceqa/problems.json"));
    evaluate("scienceqa")
        .complainsInOneLine(2, "problems.json", "expected at", "scienceqa", "ScienceQA");
    Files.writeString(data.resolve("gqa/llava_gqa_testdev_balanced.jsonl"), "{\n");
    evaluate("gqa").complainsInOneLine(2, "llava_gqa_testdev_balanced.jsonl", "line 1", "eval.zip");
    cli.run("evaluate", "all", "--data", folder.resolve("nothing"), "--model", Tiny.checkpoint())
        .complainsInOneLine(2, "nothing", "--data");
    cli.run("score", "pope", "--data", data, "--answers", folder.resolve("none"))
        .complainsInOneLine(2, "none", "--answers");
  }

  @Test
  void aKilledEvaluationGoesOnWhereItWas() throws Exception {
    Object[] command = {
      "evaluate",
      "mme",
      "--data",
      data,
      "--model",
      Golden.file("checkpoints/small"),
      "--run",
      "killed",
      "--strict",
      "--chunk",
      1,
      "--out",
      folder.resolve("out"),
      "--json"
    };
    try (ChildJvm child = ChildJvm.start(folder, DATABASE.settings(), command)) {
      assertThat(child.runsUntil(() -> answeredAt("killed-mme").size() >= 3)).isTrue();
      child.kill();
    }
    Map<String, Instant> before = answeredAt("killed-mme");

    Cli.Ran ran = cli.run(command);
    assertThat(ran.code()).as(ran.err()).isZero();
    assertThat(rows(ran).get("mme").get("answered").asInt()).isEqualTo(28);
    assertThat(answeredAt("killed-mme")).hasSize(28).containsAllEntriesOf(before);
    assertThat(Exported.values(answers("mme"), "question_id"))
        .isEqualTo(Exported.values(data.resolve("MME/llava_mme.jsonl"), "question_id"));
  }

  /** Returns the times of the answers by job; none while the run does not exist. */
  private static Map<String, Instant> answeredAt(String run) {
    Map<String, Instant> answers = new TreeMap<>();
    new RunStore(DATABASE.dataSource())
        .find(run)
        .ifPresent(
            found ->
                new ExportStore(DATABASE.dataSource())
                    .forEach(
                        found.runId(),
                        row ->
                            row.answer()
                                .ifPresent(a -> answers.put(row.customId(), a.answeredAt()))));
    return answers;
  }
}
