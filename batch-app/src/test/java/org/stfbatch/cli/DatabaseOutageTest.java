package org.stfbatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.stfbatch.db.Database;
import org.stfbatch.db.DatabaseException;
import org.stfbatch.db.DatabaseOutage;
import org.stfbatch.db.RunStatus;
import org.stfbatch.db.RunStatusStore;
import org.stfbatch.db.RunStore;
import org.stfbatch.db.embedded.EmbeddedDatabase;
import org.stfbatch.db.testing.TestDatabase;

/** Kills and restarts a real PostgreSQL server while the program works on it. */
@Timeout(150)
class DatabaseOutageTest {
  private static final int JOBS = 300;
  private static final int TOKENS = 40;
  private static final Path HOME = Path.of("target", "outage-database").toAbsolutePath();

  @RegisterExtension static final TestDatabase OTHER = new TestDatabase();

  @TempDir private Path folder;
  private EmbeddedDatabase server;
  private EmbeddedDatabase.Session session;
  private Database database;
  private String run;

  @BeforeEach
  void start() throws IOException {
    server = new EmbeddedDatabase(HOME);
    session = server.open();
    database = Database.open(session.settings());
    run = "outage-" + System.nanoTime();
    Questions questions = new Questions();
    for (int i = 0; i < JOBS; i++) {
      questions.ask(i, null, "What is the meaning of number " + i + "?");
    }
    Path file = questions.writeTo(folder.resolve("questions.jsonl"));
    Cli.on(session.settings()).ok("ingest", "--run", run, "--questions", file);
  }

  @AfterEach
  void stop() {
    session.revive();
    database.close();
    session.close();
  }

  @Test
  void aRunWaitsForADatabaseThatIsKilledAndGoesOnWithoutLosingOrRepeatingAnOutcome()
      throws Exception {
    try (ChildJvm child = infer()) {
      for (int outage = 1; outage <= 2; outage++) {
        long before = done();
        assertThat(child.runsUntil(() -> done() > before + 20)).as(child::err).isTrue();
        int notices = outage;
        killServer();
        assertThat(child.runsUntil(() -> count(child, "does not answer: waiting") == notices))
            .as(child::err)
            .isTrue();
        session.revive();
        database.reconnect();
      }

      assertThat(child.exitCode()).as(child::err).isZero();
      assertThat(count(child, "the database answers again after")).isEqualTo(2);
      assertThat(child.err()).doesNotContain("\tat ").contains("loaded in");
      assertThat(count(child, "loaded in")).isEqualTo(1);
    }
    RunStatus status = status();
    assertThat(status.waiting()).isZero();
    assertThat(status.answered()).isEqualTo(JOBS);
    assertThat(
            JdbcClient.create(database.dataSource())
                .sql("select sum(jobs) from chunk_metric join run using (run_id) where name = :run")
                .param("run", run)
                .query(Long.class)
                .single())
        .isEqualTo(JOBS);
  }

  @Test
  void withoutPatienceARunFailsAtOnce() throws Exception {
    try (ChildJvm child = infer("--wait-for-services", "0")) {
      assertThat(child.runsUntil(() -> done() > 20)).as(child::err).isTrue();
      killServer();

      assertThat(child.exitCode()).isEqualTo(1);
      assertThat(child.err()).contains(" ERROR ").doesNotContain("waiting for");
    }
  }

  @Test
  void patienceEndsAndSoDoesAStopWhileWaiting() throws Exception {
    try (ChildJvm impatient = infer("--wait-for-services", "1s")) {
      assertThat(impatient.runsUntil(() -> done() > 20)).as(impatient::err).isTrue();
      killServer();
      assertThat(impatient.exitCode()).isEqualTo(1);
      assertThat(impatient.err()).contains("was away for more than 1 s: start again");
    }
    session.revive();
    database.reconnect();
    long before = done();
    try (ChildJvm stopped = infer()) {
      assertThat(stopped.runsUntil(() -> done() > before + 20)).as(stopped::err).isTrue();
      killServer();
      assertThat(stopped.runsUntil(() -> stopped.err().contains("waiting for up to 10 min")))
          .as(stopped::err)
          .isTrue();
      stopped.terminate();
      assertThat(stopped.exitCode()).isEqualTo(1);
      assertThat(stopped.err()).contains("while the database was away");
    }
  }

  @Test
  void onlyAnAbsenceOfTheDatabaseCountsAsOne() {
    DatabaseException refused = null;
    killServer();
    try {
      database.reconnect();
    } catch (DatabaseException e) {
      refused = e;
    }

    assertThat(DatabaseOutage.isBehind(refused)).isTrue();
    assertThat(DatabaseOutage.isBehind(new IllegalStateException("reading failed", refused)))
        .isTrue();
    JdbcClient other = JdbcClient.create(OTHER.dataSource());
    RuntimeException wrongSql = null;
    try {
      other.sql("select no_such_column").query().singleRow();
    } catch (RuntimeException e) {
      wrongSql = e;
    }
    assertThat(wrongSql).isNotNull();
    assertThat(DatabaseOutage.isBehind(wrongSql)).isFalse();
  }

  private ChildJvm infer(Object... more) {
    List<Object> command =
        new ArrayList<>(
            List.of(
                "infer",
                "--run",
                run,
                "--model",
                Tiny.checkpoint(),
                "--vision-tower",
                Tiny.tower(),
                "--max-new-tokens",
                TOKENS,
                "--chunk",
                7));
    command.addAll(List.of(more));
    return ChildJvm.start(folder, session.settings(), command.toArray());
  }

  /** Kills the server as the kernel does when memory runs out. */
  private void killServer() {
    ProcessHandle postmaster = ProcessHandle.of(server.status().pid().orElseThrow()).orElseThrow();
    postmaster.destroyForcibly();
    postmaster.onExit().join();
  }

  private long done() {
    RunStatus status = status();
    return status.answered() + status.failed();
  }

  private RunStatus status() {
    return new RunStatusStore(database.dataSource())
        .status(new RunStore(database.dataSource()).find(run).orElseThrow());
  }

  private static long count(ChildJvm child, String text) {
    return child.err().lines().filter(line -> line.contains(text)).count();
  }
}
