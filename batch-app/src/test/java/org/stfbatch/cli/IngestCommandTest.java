package org.stfbatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.stfbatch.db.testing.TestDatabase;

/** Output and stored jobs of an ingest from defective sources. */
class IngestCommandTest {
  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  private static final String LINE = "{\"question_id\": 1, \"text\": \"What?\"}\n";

  @TempDir private Path folder;
  private Cli cli;
  private String run;

  @BeforeEach
  void newRun(TestInfo test) {
    cli = Cli.on(DATABASE.settings());
    run = test.getTestMethod().orElseThrow().getName() + test.getDisplayName().hashCode();
  }

  @ParameterizedTest
  @CsvSource({
    "q.csv, UTF-16LE, 'question_id,image,text|1,a.png,What?|', is UTF-16: save it as UTF-8",
    "q.jsonl, UTF-16LE, '{\"question_id\":5,\"text\":\"What?\"}|', is UTF-16: save it as UTF-8",
    "q.json, UTF-8, '[| {\"question_id\":4,|  \"text\":\"What?\"}|]|', is one JSON array",
    "q.jsonl, UTF-8, '{\"custom_id\":\"a\",\"body\":{}}|', add --format openai",
    "q.parquet, UTF-8, 'question_id,text|1,What?|', is no Parquet file",
    "q.csv, UTF-8, 'question_id,text,temprature|1,What?,1|', temperature is",
    "q.tsv, UTF-8, 'id,text|1,What?|', it must name question_id and text",
  })
  void aFileOfAnotherKindIsOneMessageAndStoresNothing(
      String name, String encoding, String text, String message) throws IOException {
    Path file = folder.resolve(name);
    Files.write(file, text.replace('|', '\n').getBytes(Charset.forName(encoding)));

    cli.run("ingest", "--run", run, "--questions", file).complainsInOneLine(2, message);

    cli.run("status", "--run", run).complainsInOneLine(2, "no run");
  }

  @Test
  void ofATableWithADefectNothingIsStored() throws IOException {
    String rows = "question_id,text\n1,a\n";
    Path file = Files.writeString(folder.resolve("q.csv"), rows + "2,\"b\nc,d\n");
    Cli.Ran ran = cli.run("ingest", "--run", run, "--questions", file);
    ran.complainsInOneLine(2, "a quotation mark is missing", "line 3");
    assertThat(ran.err()).doesNotContain("stored");

    String many = IntStream.range(0, 1500).mapToObj(i -> i + ",a\n").collect(Collectors.joining());
    Files.writeString(file, "question_id,text\n" + many + "2,\"b\nc,d\n");
    ran = cli.run("ingest", "--run", run, "--questions", file);
    ran.complainsInOneLine(2, "a quotation mark is missing", "at line 1502 or after");
    assertThat(ran.err()).doesNotContain("stored");
    assertThat(cli.ok("status", "--run", run)).contains(" 0 jobs");
  }

  @Test
  void aComplaintThatHoldsNulIsStored() throws IOException {
    Path file = folder.resolve("q.csv");
    Files.writeString(file, "question_id\0,text\n1,a\n");

    cli.run("ingest", "--run", run, "--questions", file)
        .complainsInOneLine(2, "it must name question_id and text");
    // A source that is not a regular file is opened only within the job.
    Path pipe = folder.resolve("pipe.csv");
    assertThat(mkfifo(pipe)).isZero();
    Thread writer =
        new Thread(
            () -> {
              try {
                Files.write(pipe, "question_id\0,text\n1,a\n".getBytes(StandardCharsets.UTF_8));
              } catch (IOException e) {
                throw new IllegalStateException(e);
              }
            });
    writer.start();
    cli.run("ingest", "--run", run, "--questions", pipe)
        .complainsInOneLine(2, "it must name question_id and text");
  }

  private static int mkfifo(Path pipe) throws IOException {
    try {
      return new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aDryRunSaysWhatAFileWouldBringAndStoresNothing() throws IOException {
    Path images = Files.createDirectories(folder.resolve("images"));
    Files.writeString(images.resolve("there.png"), "");
    String lines =
        """
        {"question_id": 1, "image": "there.png", "text": "What?"}
        {"question_id": 2, "image": "away.png", "text": "What?"}
        {"question_id": 3, "image": "../out.png", "text": "What?"}
        {"question_id": 4, "image": "http://localhost:1/a.png", "text": "What?"}
        {"question_id": 5}
        """;
    Path file = Files.writeString(folder.resolve("q.jsonl"), lines);

    String said =
        cli.ok("ingest", "--run", run, "--questions", file, "--images", images, "--dry-run");

    assertThat(said)
        .contains("5 lines, 2 unusable, 1 whose image is not there; nothing is stored")
        .contains("away.png is not there", "out.png", "line 5");
    cli.run("status", "--run", run).complainsInOneLine(2, run);
  }

  @Test
  void aFileOfWhichNoLineCanBeUsedIsRefusedWhole() throws IOException {
    Path training = folder.resolve("training.jsonl");
    Files.writeString(training, "{\"id\": \"1\", \"conversations\": []}\n".repeat(3));

    cli.run("ingest", "--run", run, "--questions", training)
        .complainsInOneLine(2, "has 3 lines, and none can be used, so nothing is stored", "line 1");
    cli.run("status", "--run", run).complainsInOneLine(2, run);
    Files.writeString(
        training, "{\"question_id\": 1, \"text\": \"What?\"}\n", StandardOpenOption.APPEND);
    assertThat(cli.ok("ingest", "--run", run, "--questions", training))
        .contains("4 read, 4 added, 3 unusable");
  }

  @Test
  void answersAreNoQuestions() throws IOException {
    Path answers = folder.resolve("answers.jsonl");
    Files.writeString(
        answers,
        "{\"question_id\": 1, \"prompt\": \"What?\", \"text\": \"A kite\", \"answer_id\": \"x\"}\n");

    cli.run("ingest", "--run", run, "--questions", answers)
        .complainsInOneLine(2, "line 1", "it is an answer, since it has answer_id");
  }

  @Test
  void anotherRequestUnderAKnownIdIsNamed() throws IOException {
    String requests =
        request("a", "", "Say one.")
            + request("a", "", "Say something else.")
            + request("a", "", "Say one.")
            + request("b", "\"n\":2,", "Say two.");
    Path file = Files.writeString(folder.resolve("r.jsonl"), requests);

    assertThat(ingest(file))
        .contains(
            "4 read, 3 added, 2 unusable",
            "1 known already",
            "1 under the custom_id of another request in the file (a)");
    assertThat(ingest(file)).contains("4 read, 0 added").contains("4 known already");

    Path corrected = Files.writeString(folder.resolve("r2.jsonl"), request("b", "", "Say two."));
    assertThat(ingest(corrected))
        .contains("1 read, 0 added", "1 known id with other content, kept as in the run (b)");

    Path failures = folder.resolve("failures.jsonl");
    cli.ok(
        "export",
        "--run",
        run,
        "--format",
        "openai",
        "--out",
        folder.resolve("o"),
        "--failures",
        failures);
    assertThat(Exported.json(failures))
        .hasSize(2)
        .anySatisfy(
            (JsonNode line) -> {
              assertThat(line.get("custom_id").asText()).startsWith("second-").endsWith("-a");
              assertThat(line.at("/error/code").asText()).isEqualTo("REQUEST_LINE");
              assertThat(line.at("/error/message").asText()).contains("custom_id \"a\"");
            });
  }

  @Test
  void aSecondRequestIsFoundHoweverFarAwayTheFirstIs() throws IOException {
    StringBuilder requests = new StringBuilder(request("a", "", "Say one."));
    for (int i = 0; i < 1200; i++) {
      requests.append(request("n" + i, "", "Say " + i + "."));
    }
    requests.append(request("a", "", "Say one."));
    requests.append(request("a", "\"max_tokens\":3,", "Say one."));
    Path file = Files.writeString(folder.resolve("r.jsonl"), requests);

    assertThat(ingest(file))
        .contains("1203 read, 1202 added, 1 unusable", "1 known already", "another request");
  }

  private String ingest(Path file) {
    return cli.ok("ingest", "--run", run, "--questions", file, "--format", "openai");
  }

  private static String request(String id, String settings, String text) {
    return "{\"custom_id\":\"%s\",\"body\":{%s\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]}}\n"
        .formatted(id, settings, text);
  }

  @Test
  void otherSettingsForAKnownLineAreNamed() throws IOException {
    Path file = Files.writeString(folder.resolve("q.jsonl"), LINE);
    cli.ok("ingest", "--run", run, "--questions", file);

    assertThat(cli.ok("ingest", "--run", run, "--questions", file)).contains("1 known already");
    assertThat(cli.ok("ingest", "--run", run, "--questions", file, "--choices", "A,B"))
        .contains("1 known id with other content");
  }

  @Test
  void aFolderTellsWhatItPassedOver() throws IOException {
    Files.createFile(folder.resolve("a.jfif"));
    Files.createFile(folder.resolve("b.txt"));

    assertThat(cli.ok("ingest", "--run", run, "--captions", folder))
        .contains("1 read, 1 added, 1 other file skipped: 1 .txt");
  }
}
