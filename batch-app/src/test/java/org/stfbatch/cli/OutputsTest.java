package org.stfbatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.stfbatch.db.testing.TestDatabase;
import org.stfbatch.testing.ChildClasses;

/** Outputs of commands: never over an input or each other, complete or not at all. */
class OutputsTest {
  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  private static final String OLD = "an older, good file\n";

  @TempDir private static Path folder;
  private static Path questions;

  @TempDir private Path work;

  @BeforeAll
  static void aRunWithFailures() throws IOException {
    Questions lines = new Questions().ask(1, "kite.png", "What?");
    for (int i = 0; i < 300; i++) {
      lines.line("{broken " + "x".repeat(100) + i);
    }
    questions = lines.writeTo(folder.resolve("questions.jsonl"));
    Files.writeString(folder.resolve("kite.png"), "a picture");
    cli().ok("ingest", "--run", "outputs", "--questions", questions);
  }

  private static Cli cli() {
    return Cli.on(DATABASE.settings());
  }

  private Path old(String name) throws IOException {
    return Files.writeString(work.resolve(name), OLD);
  }

  @Test
  void anExportIntoOneFileForBothIsRefused() throws IOException {
    Path out = old("all.jsonl");

    cli()
        .run("export", "--run", "outputs", "--format", "jsonl", "--out", out, "--failures", out)
        .complainsInOneLine(2, "--out and --failures name the same file", out.toString());

    assertThat(out).hasContent(OLD);
    assertThat(files(work)).containsExactly("all.jsonl");
  }

  @Test
  void whatARunCameFromIsSpared() throws IOException {
    String before = Files.readString(questions);
    Path link = Files.createSymbolicLink(folder.resolve("link"), questions);

    for (String command : List.of("export", "report")) {
      for (Path out : List.of(questions, link)) {
        cli()
            .run(command, "--run", "outputs", "--out", out)
            .complainsInOneLine(2, "is the question file of run outputs");
      }
      cli()
          .run(command, "--run", "outputs", "--out", folder.resolve("kite.png"))
          .complainsInOneLine(2, "kite.png is an image of run outputs");
    }
    cli()
        .run("export", "--run", "outputs", "--out", "/dev/null", "--failures", questions)
        .complainsInOneLine(2, "--failures", "is the question file of run outputs");

    cli()
        .ok(
            "ingest",
            "--run",
            "other",
            "--questions",
            new Questions().ask(1, null, "What?").writeTo(folder.resolve("other.jsonl")));
    cli()
        .run("export", "--run", "other", "--out", questions)
        .complainsInOneLine(2, "is the question file of run outputs");
    cli()
        .run("export", "--run", "outputs", "--out", folder.resolve("other.jsonl"))
        .complainsInOneLine(2, "is the question file of run other");
    cli()
        .run("report", "--run", "other", "--out", folder.resolve("kite.png"))
        .complainsInOneLine(2, "kite.png is an image of run outputs");

    assertThat(questions).hasContent(before);
    assertThat(folder.resolve("kite.png")).hasContent("a picture");
  }

  @Test
  void theProgramsOwnStoreIsSpared() throws IOException {
    Path store = Files.createDirectories(work.resolve("home/pg"));
    Path password = Files.writeString(store.resolve("password"), OLD);
    Cli cli = Cli.with("--home", work.resolve("home").toString());

    for (Object[] command :
        new Object[][] {
          {"export", "--run", "outputs", "--out", password},
          {"report", "--run", "outputs", "--out", password},
          {"demo-data", "--out", store},
          {"benchmark-data", "--out", store.resolve("sets")},
          {"model", "fetch", "a/b", "--to", store}
        }) {
      cli.run(command).complainsInOneLine(2, "the program's store");
    }

    assertThat(password).hasContent(OLD);
    assertThat(files(work.resolve("home"))).containsExactly("pg");
  }

  @Test
  void aModelsFolderIsSpared() throws IOException {
    Path model = Files.createDirectories(work.resolve("model"));
    Path config = Files.writeString(model.resolve("config.json"), OLD);
    Path data = old("data.json");

    for (Object[] command :
        new Object[][] {
          {"report", "--run", "outputs", "--model", model, "--out", config},
          {"model", "trace", "--model", model, "--prompt", "What?", "--out", config},
          {
            "train",
            "finetune",
            "--model",
            model,
            "--data",
            data,
            "--images",
            work,
            "--out",
            model.resolve("trained")
          },
          {"train", "pretrain", "--model", model, "--data", data, "--images", work, "--out", model},
        }) {
      cli().run(command).complainsInOneLine(2, "--model");
    }
    cli()
        .run("model", "trace", "--prompt", "What?", "--image", data, "--out", data)
        .complainsInOneLine(2, "is --image, which would be lost");
    cli()
        .run("train", "curves", model, "--out", model.resolve("none/curves.svg"))
        .complainsInOneLine(2, "there is no folder");

    assertThat(config).hasContent(OLD);
    assertThat(data).hasContent(OLD);
    assertThat(files(model)).containsExactly("config.json");
  }

  @Test
  void answersAndLabelsAreSparedByWhatScoresThem() throws IOException {
    Path data = work.resolve("eval");
    cli().ok("benchmark-data", "--out", data, "--images", 2);
    Path answers = Files.writeString(data.resolve("mm-vet/mm-vet.json"), OLD);

    cli()
        .run("score", "mm-vet", "--data", data, "--answers", answers, "--out", answers)
        .complainsInOneLine(2, "is not a folder");
    cli()
        .run(
            "score",
            "mm-vet",
            "--data",
            data,
            "--answers",
            answers,
            "--out",
            data.resolve("mm-vet"))
        .complainsInOneLine(2, "is the data set's folder");
    cli()
        .run("evaluate", "mm-vet", "--data", data, "--model", Tiny.checkpoint(), "--out", data)
        .complainsInOneLine(2, "is the data set's folder");

    assertThat(answers).hasContent(OLD);
  }

  @Test
  void drawnDataReplacesOnlyDrawnData() throws IOException {
    Path mine = Files.createDirectories(work.resolve("mine"));
    Path labels = Files.writeString(mine.resolve("labels.jsonl"), OLD);

    cli().run("demo-data", "--out", mine, "--images", 1).complainsInOneLine(2, "labels.jsonl");
    cli().run("benchmark-data", "--out", mine).complainsInOneLine(2, "did not write");
    assertThat(labels).hasContent(OLD);
    assertThat(files(mine)).containsExactly("labels.jsonl");

    Path drawn = work.resolve("drawn");
    for (int i = 0; i < 2; i++) {
      cli().ok("demo-data", "--out", drawn, "--images", 1);
      cli().ok("benchmark-data", "--out", work.resolve("sets"), "--images", 1);
    }
  }

  @Test
  void anOutputThatCannotBeCompletedLeavesTheOlderFile() throws Exception {
    Path out = old("answers.jsonl");
    Path failures = old("failures.jsonl");

    Path said = work.resolve("said");
    int code =
        run(
            said,
            // In blocks of 1024 bytes; writing beyond the limit fails as on a full disk.
            "ulimit -f 8; exec \"$@\"",
            "export",
            "--run",
            "outputs",
            "--out",
            out,
            "--failures",
            failures);

    assertThat(said).content().contains("stf-batch: cannot write " + failures);
    assertThat(code).isEqualTo(1);
    assertThat(out).hasContent(OLD);
    assertThat(failures).hasContent(OLD);
    assertThat(files(work)).containsExactly("answers.jsonl", "failures.jsonl", "said");
  }

  @Test
  void standardOutputThatIsFullOrAFileIsWrittenToAsItIs() throws Exception {
    Path said = work.resolve("said");

    for (String[] command :
        new String[][] {
          {"export", "--run", "outputs", "--out", "/dev/stdout", "--format", "csv"},
          {"status", "--run", "outputs", "--json"}
        }) {
      assertThat(run(said, "exec \"$@\" > /dev/full", (Object[]) command)).isEqualTo(1);
      assertThat(said).content().contains("stf-batch: cannot write");
    }

    Path log = old("log");
    int code =
        run(
            said,
            "exec \"$@\" >> '" + log + "'",
            "export",
            "--run",
            "outputs",
            "--out",
            "/dev/stdout",
            "--format",
            "csv");
    assertThat(code).as(Files.readString(said)).isZero();
    assertThat(log).content().startsWith(OLD + "custom_id,").contains("/dev/stdout: 0 answers");
  }

  @Test
  void aDashIsStandardOutputAndHasTheContentAlone() throws Exception {
    Path said = work.resolve("said");
    Path content = work.resolve("content");
    String redirected = "exec \"$@\" > '" + content + "'";

    assertThat(run(said, redirected, "export", "--run", "outputs", "--out", "-")).isZero();
    assertThat(content).isEmptyFile();
    assertThat(said).content().contains("0 answers");

    assertThat(run(said, redirected, "report", "--run", "outputs", "--format", "md", "--out", "-"))
        .isZero();
    assertThat(content).content().startsWith("# Run outputs\n").doesNotContain("report of run");
    assertThat(work.resolve("-")).doesNotExist();
  }

  @Test
  void theFormatIsWhatTheFileEndsWith() throws Exception {
    for (String format : List.of("csv", "md", "json", "html")) {
      Path report = work.resolve("report-by-ending." + format);
      cli().ok("report", "--run", "outputs", "--out", report);
      assertThat(report)
          .content()
          .startsWith(Map.of("csv", "fact,", "md", "# Run", "json", "{", "html", "<!").get(format));
    }
    Path answers = work.resolve("by-ending.CSV");
    cli().ok("export", "--run", "outputs", "--out", answers);
    assertThat(answers).content().startsWith("custom_id,");
  }

  /** Runs the program with a shell's redirections and limits. */
  private static int run(Path said, String shell, Object... command) throws Exception {
    List<String> line = new ArrayList<>(List.of("bash", "-c", shell, "bash"));
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-XX:-UsePerfData"));
    line.addAll(ChildClasses.options());
    line.add(Main.class.getName());
    Stream.of(command).map(Object::toString).forEach(line::add);
    ProcessBuilder builder =
        new ProcessBuilder(line)
            .redirectErrorStream(false)
            .redirectError(said.toFile())
            .redirectOutput(new File("/dev/null"));
    builder.environment().put("STF_BATCH_DB_URL", DATABASE.settings().url());
    builder.environment().put("STF_BATCH_DB_USER", DATABASE.settings().user());
    builder.environment().put("STF_BATCH_DB_PASSWORD", DATABASE.settings().password());
    Process process = builder.start();
    try {
      assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
      return process.exitValue();
    } finally {
      process.destroyForcibly();
    }
  }

  private static List<String> files(Path folder) throws IOException {
    try (Stream<Path> paths = Files.list(folder)) {
      return paths.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }
}
