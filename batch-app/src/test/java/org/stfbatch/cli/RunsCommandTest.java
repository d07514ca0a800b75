package org.stfbatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.stfbatch.db.RunLock;
import org.stfbatch.db.RunStore;
import org.stfbatch.db.testing.TestDatabase;

/** Listing and deletion of runs, and the failure limit. */
final class RunsCommandTest {
  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  @TempDir private Path folder;

  private final Cli cli = Cli.on(DATABASE.settings());

  @Test
  void runsAreListedWithWhatBecameOfThem() throws IOException {
    ingest("listed-waiting", questions(2, 0));
    ingest("listed-done", questions(2, 1));
    infer("listed-done");

    JsonNode runs = new ObjectMapper().readTree(cli.ok("runs", "--json"));
    JsonNode waiting = named(runs, "listed-waiting");
    JsonNode done = named(runs, "listed-done");

    assertThat(waiting.path("state").asText()).isEqualTo("waiting");
    assertThat(waiting.path("waiting").asInt()).isEqualTo(2);
    assertThat(waiting.path("started_at").isNull()).isTrue();
    assertThat(done.path("state").asText()).isEqualTo("done");
    assertThat(done.path("jobs").asInt()).isEqualTo(3);
    assertThat(done.path("answered").asInt()).isEqualTo(2);
    assertThat(done.path("failed").asInt()).isEqualTo(1);
    assertThat(done.path("started_at").asText()).isLessThan(done.path("finished_at").asText());
    assertThat(done.path("bytes").asLong()).isPositive();
    assertThat(cli.ok("runs"))
        .containsPattern("waiting +2 +0 +0 +2 +- +- +\\d+\\.\\d  listed-waiting")
        .containsPattern("done +3 +2 +1 +0 +20.* +\\d+\\.\\d  listed-done");
  }

  @Test
  void aDeletedRunIsGoneAndItsNameIsFree() throws IOException {
    Path questions = questions(3, 1);
    ingest("gone", questions);
    ingest("stays", questions);
    infer("gone");

    Cli.Ran asked = cli.run("run", "delete", "--run", "gone");
    asked.complainsInOneLine(2, "nobody can be asked here: give --yes");

    assertThat(cli.ok("run", "delete", "--run", "gone", "--yes"))
        .contains("run gone is deleted: 4 jobs, 3 answers, 1 failure\n");
    cli.run("status", "--run", "gone").complainsInOneLine(2, "gone");
    assertThat(cli.ok("status", "--run", "stays")).contains("4 jobs, 0 answered, 1 failed");
    ingest("gone", questions);
    assertThat(cli.ok("status", "--run", "gone")).contains("4 jobs, 0 answered, 1 failed");
  }

  @Test
  void nothingIsLeftOfADeletedRunInAnyTable() throws IOException {
    ingest("everywhere", questions(3, 1));
    infer("everywhere");
    JdbcClient jdbc = JdbcClient.create(DATABASE.database().dataSource());
    long run =
        new RunStore(DATABASE.database().dataSource()).find("everywhere").orElseThrow().runId();
    List<String> tables =
        jdbc.sql(
                """
                select table_name from information_schema.columns
                where table_schema = current_schema() and column_name = 'run_id'
                """)
            .query(String.class)
            .list();

    cli.ok("run", "delete", "--run", "everywhere", "--yes", "--vacuum");

    assertThat(tables).contains("run", "image_job", "answer", "failure", "chunk_metric");
    for (String table : tables) {
      assertThat(
              jdbc.sql("select count(*) from " + table + " where run_id = :run")
                  .param("run", run)
                  .query(Long.class)
                  .single())
          .as(table)
          .isZero();
    }
  }

  @Test
  void aRunThatIsWorkedOnIsNotDeleted() throws IOException {
    ingest("busy", questions(1, 0));
    long run = new RunStore(DATABASE.database().dataSource()).find("busy").orElseThrow().runId();
    try (RunLock lock = RunLock.tryAcquire(DATABASE.database(), run, "somebody").orElseThrow()) {
      cli.run("run", "delete", "--run", "busy", "--yes").complainsInOneLine(1, "somebody");
      JsonNode runs = new ObjectMapper().readTree(cli.ok("runs", "--json"));
      assertThat(named(runs, "busy").path("state").asText()).isEqualTo("running");
      assertThat(status("busy").path("state").asText()).isEqualTo("running");
      assertThat(status("busy").at("/holder/owner").asText()).isEqualTo("somebody");
    }
    assertThat(cli.ok("status", "--run", "busy")).contains("1 job,");
  }

  @Test
  void moreFailuresThanAllowedAreNoSuccess() throws IOException {
    ingest("failing", questions(2, 3));

    Cli.Ran first = infer("failing");
    assertThat(first.code()).isEqualTo(1);
    assertThat(first.out())
        .contains(
            "2 answered, 3 failed, 0 waiting; more failed than --max-failed 50% allows", "retry");
    Cli.Ran second = infer("failing", "--max-failed", "3");
    assertThat(second.code()).isZero();
    assertThat(second.out()).contains("nothing is waiting").doesNotContain("--max-failed");
    assertThat(infer("failing", "--max-failed", "2").code()).isEqualTo(1);
    assertThat(infer("failing", "--max-failed", "60%").code()).isZero();
    for (String wrong : List.of("101%", "1.5", "many", "-1")) {
      Cli.Ran refused = infer("failing", "--max-failed=" + wrong);
      assertThat(refused.code()).isEqualTo(2);
      assertThat(refused.err()).contains("--max-failed", wrong, "2.5%");
    }
  }

  @Test
  void aStatusSaysWhenAndByWhomARunIsWorkedOn() throws IOException {
    ingest("status", questions(2, 1));
    JsonNode before = status("status");
    infer("status", "--limit", "1");
    infer("status");
    JsonNode after = status("status");

    assertThat(before.path("state").asText()).isEqualTo("waiting");
    assertThat(before.path("attempts").asInt()).isZero();
    assertThat(before.path("holder").isNull()).isTrue();
    assertThat(before.path("finished_at").isNull()).isTrue();
    assertThat(after.path("state").asText()).isEqualTo("done");
    assertThat(after.path("attempts").asInt()).isEqualTo(2);
    assertThat(after.path("created_at").asText()).isLessThan(after.path("started_at").asText());
    assertThat(after.path("started_at").asText()).isLessThan(after.path("finished_at").asText());
    assertThat(after.path("request_counts").toString())
        .isEqualTo("{\"total\":3,\"completed\":2,\"failed\":1}");
  }

  private JsonNode status(String run) throws IOException {
    return new ObjectMapper().readTree(cli.ok("status", "--run", run, "--json"));
  }

  @Test
  void otherSettingsAreRefusedThoughNothingWaits() throws IOException {
    ingest("finished", questions(2, 0));
    infer("finished");

    infer("finished", "--weights", "int8")
        .complainsInOneLine(2, "weight format plain", "weight format int8", "--run");
    infer("finished", "--compress", "fastv:layer=1,keep=1")
        .complainsInOneLine(2, "compression none", "compression fastv", "--run");
    assertThat(infer("finished").out()).contains("nothing is waiting");
    cli.run("infer", "--run", "finished", "--model", folder.resolve("none"))
        .complainsInOneLine(2, "there is no model at", "model fetch");
  }

  @Test
  void aLimitIsNotAnEnd() throws IOException {
    ingest("limited", questions(3, 0));

    assertThat(infer("limited", "--limit", "2").out())
        .contains("run limited stopped at --limit 2: 2 answered, 0 failed, 1 waiting");
    assertThat(infer("limited", "--limit", "2").out()).contains("run limited done: 3 answered");
  }

  /** Writes text-only questions and unusable lines. */
  private Path questions(int good, int bad) throws IOException {
    Questions questions = new Questions();
    for (int i = 0; i < good; i++) {
      questions.ask(i, null, "What is " + i + "?");
    }
    Path file = questions.writeTo(folder.resolve(good + "-" + bad + ".jsonl"));
    Files.writeString(file, "no question\n".repeat(bad), StandardOpenOption.APPEND);
    return file;
  }

  private void ingest(String run, Path questions) {
    cli.ok("ingest", "--run", run, "--questions", questions);
  }

  private Cli.Ran infer(String run, String... options) {
    List<String> command =
        new ArrayList<>(List.of("infer", "--run", run, "--model", Tiny.checkpoint().toString()));
    command.addAll(List.of("--vision-tower", Tiny.tower().toString(), "--max-new-tokens", "2"));
    command.addAll(List.of(options));
    return cli.run(command.toArray());
  }

  private static JsonNode named(JsonNode runs, String name) {
    for (JsonNode run : runs) {
      if (run.path("run").asText().equals(name)) {
        return run;
      }
    }
    throw new AssertionError("no run " + name + " in " + runs);
  }
}
