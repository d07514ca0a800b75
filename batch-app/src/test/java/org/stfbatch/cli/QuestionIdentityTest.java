package org.stfbatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.stfbatch.base.ModelIdentity;
import org.stfbatch.db.AnswerTimings;
import org.stfbatch.db.ImageJobStore;
import org.stfbatch.db.JobPosition;
import org.stfbatch.db.OutcomeStore;
import org.stfbatch.db.Run;
import org.stfbatch.db.RunStore;
import org.stfbatch.db.StoredAnswer;
import org.stfbatch.db.StoredJob;
import org.stfbatch.db.TokenCounts;
import org.stfbatch.db.testing.TestDatabase;

/** Repeated ingest of an edited question file: only changed questions are answered again. */
final class QuestionIdentityTest {
  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  private static final int LINES = 8;

  @TempDir private Path folder;
  private Path file;
  private String run;
  private final Cli cli = Cli.on(DATABASE.settings());

  @BeforeEach
  void answerAFile(TestInfo test) throws IOException {
    run = test.getDisplayName();
    file = folder.resolve("questions.jsonl");
    write(lines());
    assertThat(ingest()).contains("8 read, 8 added");
    answerAll();
  }

  private static List<String> lines() {
    return new ArrayList<>(
        IntStream.rangeClosed(1, LINES)
            .mapToObj(i -> line("" + i, i + ".png", "text " + i))
            .toList());
  }

  private static String line(String id, String image, String text) {
    return "{\"question_id\": %s, \"image\": \"%s\", \"text\": \"%s\"}".formatted(id, image, text);
  }

  private static Arguments edit(
      String what, Consumer<List<String>> edit, List<String> asked, String said) {
    return Arguments.of(what, edit, asked, said);
  }

  static Stream<Arguments> edits() {
    return Stream.of(
        edit(
            "a line is inserted on top",
            lines -> lines.add(0, line("100", "100.png", "text 100")),
            List.of("100.png text 100"),
            "9 read, 1 added, 8 known already"),
        edit(
            "lines are appended",
            lines ->
                lines.addAll(List.of(line("9", "9.png", "text 9"), line("\"x\"", "x.png", "x"))),
            List.of("9.png text 9", "x.png x"),
            "10 read, 2 added, 8 known already"),
        edit("a line is deleted", lines -> lines.remove(3), List.of(), "7 read, 0 added, 7 known"),
        edit("lines are reordered", Collections::reverse, List.of(), "8 read, 0 added, 8 known"),
        edit(
            "a text is changed",
            lines -> lines.set(4, line("5", "5.png", "other")),
            List.of("5.png other"),
            "8 read, 0 added, 7 known already, 1 changed and asked anew (question-"),
        edit(
            "an image is changed",
            lines -> lines.set(0, line("1", "one.png", "text 1")),
            List.of("one.png text 1"),
            "1 answer to what it was before is deleted"),
        edit(
            "a setting is added",
            lines -> lines.replaceAll(l -> l.replace("\"text 2\"", "\"text 2\", \"seed\": 7")),
            List.of("2.png text 2"),
            "1 changed and asked anew"),
        edit(
            "an id is given to another question, too",
            lines -> lines.add(line("3", "3.png", "more")),
            List.of("3.png more"),
            "9 read, 1 added, 8 known already"),
        edit(
            "a line stands there twice",
            lines -> lines.add(2, lines.get(6)),
            List.of("7.png text 7"),
            "9 read, 1 added, 8 known already"),
        edit(
            "one of ids is new",
            lines -> lines.set(7, line("80", "8.png", "text 8")),
            List.of("8.png text 8"),
            "8 read, 1 added, 7 known already"),
        edit(
            "spaces and the order of fields change",
            lines ->
                lines.set(1, "{\"text\":\"text 2\",\"image\":\"2.png\",\"question_id\":2,\"x\":1}"),
            List.of(),
            "8 read, 0 added, 8 known already"),
        edit(
            "an unusable line is inserted on top",
            lines -> lines.add(0, "no question"),
            List.of(),
            "9 read, 1 added, 1 unusable"),
        edit(
            "much happens at once",
            lines -> {
              lines.remove(0);
              lines.add(0, line("7", "7.png", "again"));
              lines.set(3, line("4", "4.png", "changed"));
              Collections.reverse(lines);
            },
            List.of("4.png changed", "7.png again"),
            "1 changed and asked anew"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("edits")
  void whatIsAskedAgainIsWhatHasChanged(
      String what, Consumer<List<String>> edit, List<String> asked, String said)
      throws IOException {
    List<String> lines = lines();
    edit.accept(lines);
    write(lines);

    assertThat(ingest("--on-change", "replace")).contains(said);
    assertThat(waiting()).containsExactlyInAnyOrderElementsOf(asked);

    answerAll();
    assertThat(ingest("--on-change", "replace")).contains(" 0 added, ");
    assertThat(waiting()).isEmpty();
  }

  /** An edit and its reversal are two changes of the same question. */
  @Test
  void aFileThatIsAsItWasAsksWhatWasChangedOnceMore() throws IOException {
    write(edited(lines -> lines.set(4, line("5", "5.png", "other"))));
    ingest("--on-change", "replace");
    answerAll();
    write(lines());

    assertThat(ingest("--on-change", "replace")).contains("1 changed and asked anew");
    assertThat(waiting()).containsExactly("5.png text 5");
  }

  @Test
  void unlessToldTheRunKeepsItsOwn() throws IOException {
    write(edited(lines -> lines.set(4, line("5", "5.png", "other"))));

    assertThat(ingest())
        .contains("7 known already, 1 known id with other content, kept as in the run (question-")
        .contains("--on-change replace asks them anew");
    assertThat(waiting()).isEmpty();
  }

  @Test
  void aFileWithChangesCanBeRefused() throws IOException {
    write(
        edited(
            lines -> {
              lines.set(4, line("5", "5.png", "other"));
              lines.add(line("9", "9.png", "text 9"));
            }));

    command("--on-change", "fail")
        .complainsInOneLine(2, "has 1 requests of", "--on-change replace", "nothing is stored");
    assertThat(waiting()).isEmpty();

    write(edited(lines -> lines.add(line("9", "9.png", "text 9"))));
    assertThat(ingest("--on-change", "fail")).contains("1 added");
  }

  @Test
  void mostOfAFileIsNotAskedTwiceUnlessItIsMeant() throws IOException {
    write(
        edited(
            lines ->
                lines.replaceAll(line -> line.replace("\"question_id\": ", "\"question_id\": 1"))));

    command()
        .complainsInOneLine(
            2, "has 8 of the 8 questions of", "under other ids", "--again", "nothing is stored");
    assertThat(waiting()).isEmpty();

    assertThat(ingest("--again")).contains("8 read, 8 added");
    assertThat(waiting()).hasSize(LINES);
  }

  @Test
  void aFileThatWasRenamedIsKnown() throws IOException {
    Path renamed = Files.move(file, folder.resolve("renamed.jsonl"));

    assertThat(cli.ok("ingest", "--run", run, "--questions", renamed, "--images", folder))
        .contains("8 read, 0 added, 8 known already");
  }

  @Test
  void filesMayHaveTheSameIdsForDifferentQuestions() throws IOException {
    Path other = folder.resolve("other.jsonl");
    Files.write(other, List.of(line("1", "1.png", "text 1"), line("2", "2.png", "other text")));
    Object[] command = {"ingest", "--run", run, "--questions", other, "--images", folder};

    assertThat(cli.ok(command)).contains("2 read, 1 added, 1 known already");
    assertThat(waiting()).containsExactly("2.png other text");
    assertThat(cli.ok(command)).contains("2 read, 0 added, 2 known already");
    assertThat(ingest()).contains("8 read, 0 added, 8 known already");
  }

  /** Some names contain a hash of the question's content, which includes its choices. */
  @Test
  void choicesOfTheWholeFileDoNotHideWhatIsKnown() throws IOException {
    write(List.of(line("1", "1.png", "a"), line("1", "1.png", "b")));
    Object[] command = {
      "ingest",
      "--run",
      run + " chosen",
      "--questions",
      file,
      "--images",
      folder,
      "--choices",
      "x,y"
    };
    cli.ok(command);
    write(List.of(line("1", "1.png", "a")));

    assertThat(cli.ok(command)).contains("1 read, 0 added, 1 known already");
  }

  /** Their exports keep the original names. */
  @Test
  void runsOfOlderVersionsKeepTheNamesOfTheirJobs() throws IOException {
    String old = run + " old";
    new RunStore(DATABASE.dataSource()).findOrCreate(old);
    JdbcClient.create(DATABASE.dataSource())
        .sql("update run set question_names = 'line' where name = :name")
        .param("name", old)
        .update();
    cli.ok("ingest", "--run", old, "--questions", file, "--images", folder);

    assertThat(cli.ok("ingest", "--run", old, "--questions", file, "--images", folder))
        .contains("8 read, 0 added, 8 known already");
    write(edited(lines -> lines.add(0, line("100", "100.png", "text 100"))));
    cli.run("ingest", "--run", old, "--questions", file, "--images", folder)
        .complainsInOneLine(2, "has 8 of the 9 questions", "--again");
  }

  private static List<String> edited(Consumer<List<String>> edit) {
    List<String> lines = lines();
    edit.accept(lines);
    return lines;
  }

  private void write(List<String> lines) throws IOException {
    Files.write(file, lines);
  }

  private String ingest(String... options) {
    Cli.Ran ran = command(options);
    assertThat(ran.code()).as(ran.err()).isZero();
    return ran.out();
  }

  private Cli.Ran command(String... options) {
    List<Object> command =
        new ArrayList<>(List.of("ingest", "--run", run, "--questions", file, "--images", folder));
    command.addAll(List.of(options));
    return cli.run(command.toArray());
  }

  private List<StoredJob> jobs() {
    Run found = new RunStore(DATABASE.dataSource()).find(run).orElseThrow();
    return new ImageJobStore(DATABASE.dataSource())
        .waitingAfter(found.runId(), JobPosition.START, 1000);
  }

  private List<String> waiting() {
    return jobs().stream()
        .map(job -> job.prompt().image().orElse("") + " " + job.prompt().text())
        .toList();
  }

  private void answerAll() {
    List<StoredJob> jobs = jobs();
    if (!jobs.isEmpty()) {
      new OutcomeStore(DATABASE.dataSource())
          .write(
              jobs.get(0).runId(),
              jobs.stream().map(QuestionIdentityTest::answer).toList(),
              List.of());
    }
  }

  private static StoredAnswer answer(StoredJob job) {
    return new StoredAnswer(
        job.jobId(),
        "yes",
        "stop",
        new TokenCounts(1, 1, 1),
        new AnswerTimings(0, 0, 0),
        "m",
        ModelIdentity.plain("f"),
        Instant.EPOCH,
        Map.of());
  }
}
