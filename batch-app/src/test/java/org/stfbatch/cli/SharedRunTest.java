package org.stfbatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.stfbatch.db.Database;
import org.stfbatch.db.Run;
import org.stfbatch.db.RunStatus;
import org.stfbatch.db.RunStatusStore;
import org.stfbatch.db.RunStore;
import org.stfbatch.db.embedded.EmbeddedDatabase;
import org.stfbatch.kafka.testing.TestBroker;
import org.stfbatch.testing.Topics;

/**
 * Workers on one run that are killed, suspended, stopped and added at random, while the database is
 * also killed and the outcomes are published. {@code scripts/soak-workers} does the same for
 * longer.
 */
@Timeout(3600)
class SharedRunTest {
  private static final Path HOME = Path.of("target", "shared-run-database").toAbsolutePath();

  private static final int JOBS = Integer.getInteger("stfbatch.soak.jobs", 600);
  private static final int WORKERS = Integer.getInteger("stfbatch.soak.workers", 3);
  private static final int EVENTS = Integer.getInteger("stfbatch.soak.events", 5);
  private static final int RESTARTS = Integer.getInteger("stfbatch.soak.restarts", 1);
  private static final int TOKENS = Integer.getInteger("stfbatch.soak.tokens", 40);
  private static final long SEED = Long.getLong("stfbatch.soak.seed", 1);
  private static final int QUESTIONS_OF_AN_IMAGE = 4;

  /** Exit code of a worker that was terminated before it began to answer. */
  private static final int TERMINATED = 143;

  @RegisterExtension static final TestBroker BROKER = new TestBroker();

  @TempDir private Path folder;
  private final Random random = new Random(SEED);
  private final List<ChildJvm> workers = new ArrayList<>();
  private final List<ChildJvm> asleep = new ArrayList<>();
  private ChildJvm publisher;
  private EmbeddedDatabase server;
  private EmbeddedDatabase.Session session;
  private Database database;

  @BeforeEach
  void start() {
    server = new EmbeddedDatabase(HOME);
    session = server.open();
    database = Database.open(session.settings());
  }

  @AfterEach
  void stop() {
    workers.forEach(ChildJvm::close);
    asleep.forEach(ChildJvm::close);
    if (publisher != null) {
      publisher.close();
    }
    session.revive();
    database.close();
    session.close();
  }

  @Test
  void whateverHappensToItsWorkersEveryJobHasTheOutcomeOfAnUninterruptedRun() throws Exception {
    String alone = ingest("alone");
    String shared = ingest("shared");
    Cli.on(session.settings()).ok(infer(alone, "--batch", 16, "--chunk", 50));
    String answers = BROKER.topic(3);
    publisher = publisher(shared, answers);
    while (workers.size() < WORKERS) {
      workers.add(worker(shared));
    }
    for (int event = 1; event <= EVENTS; event++) {
      long enough = (long) (JOBS - JOBS / 5) * event / EVENTS;
      awaitDone(shared, enough);
      happen(shared);
      if (event % (EVENTS / RESTARTS) == EVENTS / RESTARTS / 2) {
        restartDatabase();
      }
    }
    for (ChildJvm sleeper : asleep) {
      sleeper.wake();
    }
    workers.addAll(asleep);
    asleep.clear();
    awaitDone(shared, JOBS);
    for (ChildJvm worker : workers) {
      assertThat(worker.exitCode()).as(worker::err).isZero();
      assertThat(worker.err()).doesNotContain("deadlock");
    }

    RunStatus status = status(shared);
    assertThat(status.waiting()).isZero();
    assertThat(outcomes(shared)).hasSize(JOBS).isEqualTo(outcomes(alone));
    assertThat(counted("select sum(jobs) from chunk_metric where run_id = :run", shared))
        .isEqualTo(JOBS);
    assertThat(counted("select last_sequence from outcome_counter where run_id = :run", shared))
        .isEqualTo(JOBS);
    assertThat(counted("select count(*) from work_unit where run_id = :run", shared)).isZero();
    Topics topics = new Topics(BROKER.settings());
    assertThat(publisher.runsUntil(() -> topics.keys(answers).size() >= JOBS))
        .as(publisher::err)
        .isTrue();
    publisher.terminate();
    assertThat(publisher.exitCode()).as(publisher::err).isZero();
    assertThat(topics.keys(answers)).hasSize(JOBS).doesNotHaveDuplicates();
  }

  private ChildJvm publisher(String run, String topic) {
    return ChildJvm.start(
        folder,
        session.settings(),
        "--kafka-config",
        BROKER.clientProperties(),
        "publish",
        "--run",
        run,
        "--topic",
        topic,
        "--follow");
  }

  @Test
  void eachImageIsEncodedByOneWorker() throws Exception {
    String run = ingest("images");
    while (workers.size() < WORKERS) {
      workers.add(worker(run));
    }
    awaitDone(run, JOBS);
    for (ChildJvm worker : workers) {
      assertThat(worker.exitCode()).as(worker::err).isZero();
    }

    assertThat(counted("select sum(encoded_images) from chunk_metric where run_id = :run", run))
        .isEqualTo(JOBS / QUESTIONS_OF_AN_IMAGE);
  }

  private void happen(String run) throws Exception {
    ChildJvm some = workers.get(random.nextInt(workers.size()));
    switch (random.nextInt(4)) {
      case 0 -> {
        some.kill();
        leave(some);
        workers.add(worker(run));
      }
      case 1 -> {
        some.pause();
        workers.remove(some);
        asleep.add(some);
        workers.add(worker(run));
      }
      case 2 -> {
        workers.add(worker(run));
        some.terminate();
        assertThat(some.exitCode()).as(some::err).isIn(0, 1, TERMINATED);
        leave(some);
      }
      default -> {
        for (ChildJvm sleeper : asleep) {
          sleeper.wake();
        }
        workers.addAll(asleep);
        asleep.clear();
        endSurplus();
      }
    }
  }

  /** Each worker holds connections, and the server has a hundred. */
  private void endSurplus() throws Exception {
    while (workers.size() > WORKERS) {
      ChildJvm oldest = workers.get(0);
      oldest.terminate();
      assertThat(oldest.exitCode()).as(oldest::err).isIn(0, 1, TERMINATED);
      leave(oldest);
    }
  }

  private void leave(ChildJvm worker) {
    workers.remove(worker);
    worker.close();
  }

  /**
   * Kills the database as the kernel does when memory runs out, and restarts it. A worker that
   * starts meanwhile would end at once.
   */
  private void restartDatabase() throws InterruptedException {
    for (ChildJvm worker : workers) {
      assertThat(worker.runsUntil(() -> worker.err().contains("loaded in")))
          .as(worker::err)
          .isTrue();
    }
    ProcessHandle postmaster = ProcessHandle.of(server.status().pid().orElseThrow()).orElseThrow();
    postmaster.destroyForcibly();
    postmaster.onExit().join();
    session.revive();
    database.reconnect();
  }

  private void awaitDone(String run, long enough) throws InterruptedException {
    ChildJvm any = workers.get(0);
    while (done(run) < enough) {
      assertThat(workers)
          .as("workers that go on: %s", workers.stream().map(ChildJvm::err).toList())
          .anyMatch(ChildJvm::isAlive);
      any.runsFor(10_000);
    }
  }

  private String ingest(String name) throws IOException {
    String run = name + "-" + System.nanoTime();
    Questions questions = new Questions();
    for (int i = 0; i < JOBS; i++) {
      String image = "image-%05d.png".formatted(i / QUESTIONS_OF_AN_IMAGE);
      questions.ask(i, image, "What is the meaning of number " + i + "?");
    }
    Path images = writeImages(JOBS / QUESTIONS_OF_AN_IMAGE);
    Path file = questions.writeTo(folder.resolve(name + ".jsonl"));
    Cli.on(session.settings()).ok("ingest", "--run", run, "--questions", file, "--images", images);
    return run;
  }

  /** Writes images of different colours. */
  private Path writeImages(int count) throws IOException {
    Path images = Files.createDirectories(folder.resolve("images"));
    BufferedImage image = new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < count; i++) {
      image.setRGB(0, 0, i);
      ImageIO.write(image, "png", images.resolve("image-%05d.png".formatted(i)).toFile());
    }
    return images;
  }

  private ChildJvm worker(String run) {
    return ChildJvm.start(
        folder, session.settings(), infer(run, "--batch", 4, "--chunk", 4, "--share"));
  }

  private static Object[] infer(String run, Object... more) {
    List<Object> command =
        new ArrayList<>(
            List.of("infer", "--run", run, "--model", Tiny.checkpoint(), "--dtype", "float32"));
    command.addAll(List.of("--max-new-tokens", TOKENS));
    command.addAll(List.of(more));
    return command.toArray();
  }

  private RunStatus status(String run) {
    return new RunStatusStore(database.dataSource()).status(run(run));
  }

  private Run run(String name) {
    return new RunStore(database.dataSource()).find(name).orElseThrow();
  }

  private long done(String run) {
    RunStatus status = status(run);
    return status.answered() + status.failed();
  }

  private long counted(String sql, String run) {
    return JdbcClient.create(database.dataSource())
        .sql(sql)
        .param("run", run(run).runId())
        .query(Long.class)
        .single();
  }

  private List<Map<String, Object>> outcomes(String run) {
    return JdbcClient.create(database.dataSource())
        .sql(
            """
            select job.custom_id, answer.text, answer.finish_reason, answer.prompt_tokens,
              answer.vision_tokens, answer.generated_tokens, failure.code, failure.message
            from image_job job
            left join answer using (run_id, job_id)
            left join failure using (run_id, job_id)
            where job.run_id = :run and (answer.job_id is null) <> (failure.job_id is null)
            order by job.job_id
            """)
        .param("run", run(run).runId())
        .query()
        .listOfRows();
  }
}
