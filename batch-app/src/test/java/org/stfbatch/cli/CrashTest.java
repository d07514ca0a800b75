package org.stfbatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.stfbatch.db.Run;
import org.stfbatch.db.RunStatus;
import org.stfbatch.db.RunStatusStore;
import org.stfbatch.db.RunStore;
import org.stfbatch.db.WorkerStore;
import org.stfbatch.db.testing.TestDatabase;

/** Kills and stops the real program while it works. */
class CrashTest {

  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  private static final int JOBS = 500;

  /** {@code scripts/soak-infer} sets a larger number. */
  private static final int KILLS = Integer.getInteger("stfbatch.soak.kills", 5);

  private static final int WORKER_KILLS = Math.max(4, KILLS / 2);
  private static final int RESERVE = 100;
  private static final int TOKENS = 40;

  @TempDir private Path folder;
  private JdbcClient jdbc;
  private Cli cli;

  @BeforeEach
  void connect() {
    jdbc = JdbcClient.create(DATABASE.dataSource());
    cli = Cli.on(DATABASE.settings());
  }

  @Test
  void killedAtManyMomentsEveryJobHasExactlyTheOutcomeOfAnUninterruptedRun() throws Exception {
    Path questions = questions(JOBS);
    ingest("whole", questions);
    ingest("killed", questions);
    int rejected = (int) status("killed").failed();
    infer("whole", 16, 50);
    Random random = new Random(20);
    for (int kill = 1; kill <= KILLS; kill++) {
      long before = done("killed");
      // Spread over the run, except its end, because a slow kill must not happen after it.
      long mostARound = 2 * (JOBS - RESERVE - before) / (KILLS - kill + 3);
      int more = 1 + random.nextInt((int) Math.max(1, mostARound));
      boolean whileLoading = kill % 7 == 0;
      BooleanSupplier moment =
          whileLoading ? () -> isLocked("killed") : () -> done("killed") >= before + more;
      try (ChildJvm child = inferInChild("killed")) {
        assertThat(child.runsUntil(moment)).as(() -> child.out() + child.err()).isTrue();
        child.runsFor(random.nextInt(whileLoading ? 300_000 : 30_000));
        child.kill();
      }
      RunStatus status = status("killed");
      assertThat(status.jobs()).isEqualTo(JOBS);
      assertThat(status.waiting()).isPositive();
      assertThat(metricJobs("killed")).isEqualTo(status.answered() + status.failed() - rejected);
    }
    try (ChildJvm last = inferInChild("killed")) {
      assertThat(last.exitCode()).as(last::err).isZero();
    }

    RunStatus status = status("killed");
    assertThat(status.waiting()).isZero();
    assertThat(status.answered() + status.failed()).isEqualTo(JOBS);
    assertThat(status.failures()).isEqualTo(status("whole").failures()).hasSizeGreaterThan(3);
    assertThat(metricJobs("killed")).isEqualTo(JOBS - rejected);
    assertThat(outcomes("killed")).hasSize(JOBS).isEqualTo(outcomes("whole"));
  }

  @Test
  void workersThatAreKilledAndAddedAnswerARunTogether() throws Exception {
    Path questions = questions(JOBS);
    ingest("alone", questions);
    ingest("shared", questions);
    int rejected = (int) status("shared").failed();
    infer("alone", 16, 50);
    Random random = new Random(21);
    Deque<ChildJvm> workers = new ArrayDeque<>();
    try {
      workers.add(workerInChild("shared"));
      for (int kill = 1; kill <= WORKER_KILLS; kill++) {
        workers.add(workerInChild("shared"));
        long enough = done("shared") + 1 + random.nextInt((JOBS - RESERVE) / (2 * WORKER_KILLS));
        ChildJvm next = workers.remove();
        assertThat(next.runsUntil(() -> done("shared") >= enough)).as(next::err).isTrue();
        next.kill();
        next.close();
      }
      for (ChildJvm worker : workers) {
        assertThat(worker.exitCode()).as(worker::err).isZero();
        assertThat(worker.out()).contains("run shared done: ");
      }
    } finally {
      workers.forEach(ChildJvm::close);
    }

    assertThat(status("shared").waiting()).isZero();
    assertThat(metricJobs("shared")).isEqualTo(JOBS - rejected);
    assertThat(outcomes("shared")).hasSize(JOBS).isEqualTo(outcomes("alone"));
    assertThat(new WorkerStore(DATABASE.dataSource()).alive(run("shared").runId())).isEmpty();
    assertThat(jdbc.sql("select count(*) from work_unit").query(Long.class).single()).isZero();
  }

  @Test
  void aRunThatIsSharedIsNotForAnyoneAlone() throws Exception {
    ingest("both", questions(200));
    try (ChildJvm worker = workerInChild("both")) {
      assertThat(worker.runsUntil(() -> done("both") > 8)).as(worker::err).isTrue();

      cli.run(inferCommand("both"))
          .complainsInOneLine(1, "run both is being answered by 1 worker", "infer --share");
      List<Object> others = new ArrayList<>(List.of(inferCommand("both")));
      others.set(others.indexOf(TOKENS), TOKENS + 1);
      others.add("--share");
      cli.run(others.toArray())
          .complainsInOneLine(
              2, "worker left", "--max-new-tokens 40 there, --max-new-tokens 41 here");
      assertThat(cli.ok("status", "--run", "both", "--json")).contains("\"name\":\"left\"");
      worker.terminate();
      assertThat(worker.exitCode()).isEqualTo(1);
    }
    infer("both", 16, 50);
    assertThat(status("both").waiting()).isZero();
  }

  private ChildJvm workerInChild(String run) {
    List<Object> command = new ArrayList<>(List.of(inferCommand(run)));
    command.addAll(List.of("--batch", 4, "--chunk", 4, "--share", "--worker", "left"));
    return ChildJvm.start(folder, DATABASE.settings(), command.toArray());
  }

  @Test
  void sigtermStopsAnInferAtTheNextCommitAndItGoesOn() throws Exception {
    ingest("stopped", questions(60));
    try (ChildJvm child = inferInChild("stopped")) {
      long before = done("stopped");
      assertThat(child.runsUntil(() -> done("stopped") > before)).as(child::err).isTrue();
      child.terminate();

      assertThat(child.exitCode()).as(child::err).isEqualTo(1);
      assertThat(child.out()).contains("run stopped stopped (told to stop): ");
      assertThat(child.err()).contains("stopping at the next commit").doesNotContain("\tat ");
      // Standard error is a file here, so there are log lines instead of a bar.
      assertThat(child.err()).containsPattern("\\d+/60 jobs").doesNotContain("\r", "\u001b");
    }
    assertThat(status("stopped").waiting()).isPositive();
    assertThat(isLocked("stopped")).isFalse();

    infer("stopped", 16, 50);

    assertThat(status("stopped").waiting()).isZero();
    assertThat(status("stopped").jobs()).isEqualTo(60);
  }

  @Test
  void sigtermStopsAnIngestAtTheNextCommitAndItIsRepeated() throws Exception {
    Path pipe = folder.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    List<String> lines =
        Stream.iterate(0, i -> i + 1)
            .map("{\"question_id\":%d,\"text\":\"What?\"}\n"::formatted)
            .limit(5000)
            .toList();
    try (ChildJvm child =
        ChildJvm.start(
            folder, DATABASE.settings(), "ingest", "--run", "piped", "--questions", pipe)) {
      try (var feed = Files.newBufferedWriter(pipe)) {
        feed.write(String.join("", lines.subList(0, 2500)));
        feed.flush();
        assertThat(child.runsUntil(() -> jobs("piped") == 2000)).as(child::err).isTrue();
        child.terminate();
        assertThat(child.runsUntil(() -> child.err().contains("stopping at"))).isTrue();
        feed.write(String.join("", lines.subList(2500, 3000)));
        feed.flush();
        assertThat(child.exitCode()).as(child::err).isEqualTo(1);
      }
      assertThat(child.out())
          .isEqualTo("run piped: 3000 read, 3000 added, stopped before the end: ingest it again\n");
    }
    Path file = Files.writeString(folder.resolve("all.jsonl"), String.join("", lines));
    assertThat(cli.ok("ingest", "--run", "piped", "--questions", file))
        .isEqualTo("run piped: 5000 read, 2000 added, 3000 known already\n");
  }

  @Test
  void anErrorOfTheMachineIsOneLineAndAnExitCode() throws Exception {
    ingest("broken", questions(4));
    try (ChildJvm child =
        ChildJvm.start(
            folder,
            DATABASE.settings(),
            List.of(),
            CrashTest::withoutProtobuf,
            inferCommand("broken"))) {
      assertThat(child.exitCode()).isEqualTo(1);
      assertThat(child.err()).contains("stf-batch: java.lang.NoClassDefFoundError");
      assertThat(child.err()).doesNotContain("\tat ");
    }
  }

  private static String withoutProtobuf(String classPath) {
    return Stream.of(classPath.split(":"))
        .filter(entry -> !entry.contains("protobuf-java"))
        .reduce((a, b) -> a + ":" + b)
        .orElseThrow();
  }

  /**
   * Writes four questions about each picture, some without a picture, some that cannot be answered.
   */
  private Path questions(int count) throws IOException {
    Path images = Files.createDirectories(folder.resolve("images"));
    List<String> pictures = List.of("wide.png", "gray.png", "rgba.png", "tiny3x5.png", "exif6.jpg");
    Questions questions = new Questions();
    for (int i = 0; i < count; i++) {
      String picture = pictures.get(i / 4 % pictures.size());
      String image = "%03d-%s".formatted(i / 4 * 37 % 1000, picture);
      if (!Files.exists(images.resolve(image)) && i / 4 % 25 != 3) {
        Files.copy(Tiny.images().resolve(picture), images.resolve(image));
      }
      switch (i % 50) {
        case 7 -> questions.line("{\"question_id\": " + i + ", \"text\": 7}");
        case 18 -> questions.ask(i, image, " ");
        case 29 -> questions.ask(i, null, "Tell me " + i + " stories.");
        case 41 -> questions.ask(i, "../" + image, "What?");
        default -> questions.ask(i, image, "What is number " + i + "?");
      }
    }
    return questions.writeTo(folder.resolve("questions.jsonl"));
  }

  private void ingest(String run, Path questions) {
    cli.ok(
        "ingest",
        "--run",
        run,
        "--questions",
        questions,
        "--images",
        Files.isDirectory(folder.resolve("images")) ? folder.resolve("images") : folder);
  }

  private void infer(String run, int batch, int chunk) {
    List<Object> command = new ArrayList<>(List.of(inferCommand(run)));
    command.addAll(List.of("--batch", batch, "--chunk", chunk));
    cli.ok(command.toArray());
  }

  private ChildJvm inferInChild(String run) {
    List<Object> command = new ArrayList<>(List.of(inferCommand(run)));
    command.addAll(List.of("--batch", 4, "--chunk", 4));
    return ChildJvm.start(folder, DATABASE.settings(), command.toArray());
  }

  private static Object[] inferCommand(String run) {
    return new Object[] {
      "infer",
      "--run",
      run,
      "--model",
      Tiny.checkpoint(),
      "--dtype",
      "float32",
      "--max-new-tokens",
      TOKENS
    };
  }

  private RunStatus status(String run) {
    return new RunStatusStore(DATABASE.dataSource()).status(run(run));
  }

  private Run run(String name) {
    return new RunStore(DATABASE.dataSource()).find(name).orElseThrow();
  }

  private long done(String run) {
    RunStatus status = status(run);
    return status.answered() + status.failed();
  }

  private long jobs(String run) {
    return new RunStore(DATABASE.dataSource()).find(run).isEmpty() ? 0 : status(run).jobs();
  }

  private boolean isLocked(String run) {
    return org.stfbatch.db.RunLock.holder(DATABASE.database(), run(run).runId()).isPresent();
  }

  private long metricJobs(String run) {
    return jdbc.sql("select coalesce(sum(jobs), 0) from chunk_metric where run_id = :run")
        .param("run", run(run).runId())
        .query(Long.class)
        .single();
  }

  /**
   * Returns the outcomes by job, with the fields that an uninterrupted and an interrupted run must
   * have in common.
   */
  private List<Map<String, Object>> outcomes(String run) {
    return jdbc.sql(
            """
            select j.custom_id, a.text, a.finish_reason, a.prompt_tokens, a.vision_tokens,
              a.generated_tokens, a.model_fingerprint, f.stage, f.code, f.message, f.attempts
            from image_job j
            left join answer a on a.run_id = j.run_id and a.job_id = j.job_id
            left join failure f on f.run_id = j.run_id and f.job_id = j.job_id
            where j.run_id = :run and (a.job_id is null) <> (f.job_id is null)
            order by j.job_id
            """)
        .param("run", run(run).runId())
        .query()
        .listOfRows();
  }
}
