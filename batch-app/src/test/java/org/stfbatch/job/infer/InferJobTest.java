package org.stfbatch.job.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.stfbatch.base.ModelIdentity;
import org.stfbatch.db.Database;
import org.stfbatch.db.ImageJobStore;
import org.stfbatch.db.ImagePrompt;
import org.stfbatch.db.JobSettings;
import org.stfbatch.db.NewImageJob;
import org.stfbatch.db.Run;
import org.stfbatch.db.RunLock;
import org.stfbatch.db.RunModelStore;
import org.stfbatch.db.RunStatus;
import org.stfbatch.db.RunStatusStore;
import org.stfbatch.db.RunStore;
import org.stfbatch.db.SourceKind;
import org.stfbatch.db.testing.TestDatabase;
import org.stfbatch.engine.Engine;
import org.stfbatch.image.Aspect;
import org.stfbatch.image.ClipImageConfig;
import org.stfbatch.image.ImageLimits;
import org.stfbatch.job.BatchRuntime;
import org.stfbatch.job.Heartbeat;
import org.stfbatch.job.InputException;
import org.stfbatch.job.JobFailedException;
import org.stfbatch.job.Progress;
import org.stfbatch.job.StopSignal;
import org.stfbatch.prompt.LlamaTokenizer;
import org.stfbatch.prompt.PromptLimit;
import org.stfbatch.testing.Golden;

/**
 * Stop, failure and restart of the inference job. The jobs are text-only questions of increasing
 * length, so that the engine can distinguish them.
 */
@Timeout(60)
class InferJobTest {

  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  private static final int CHUNK = 3;
  private static LlamaTokenizer tokenizer;

  private final StopSignal stop = new StopSignal();
  private JdbcClient jdbc;
  private ImageJobStore jobs;
  private Run run;
  private int shortest;

  @BeforeAll
  static void openTokenizer() {
    tokenizer = LlamaTokenizer.open(Golden.file("checkpoints/tiny"));
  }

  @AfterAll
  static void closeTokenizer() {
    tokenizer.close();
  }

  @BeforeEach
  void newRun(TestInfo test) {
    jdbc = JdbcClient.create(DATABASE.dataSource());
    jobs = new ImageJobStore(DATABASE.dataSource());
    String name = test.getTestMethod().orElseThrow().getName() + " " + test.getDisplayName();
    run = new RunStore(DATABASE.dataSource()).findOrCreate(name);
    ScriptedEngine probe = ScriptedEngine.healthy();
    Run probed = new RunStore(DATABASE.dataSource()).findOrCreate("probe " + run.name());
    insert(probed, 1);
    infer(probed, probe, Progress.none());
    shortest = answers(probed).get(0);
  }

  @AfterEach
  void mend() {
    jdbc = JdbcClient.create(DATABASE.dataSource());
    jdbc.sql("drop trigger if exists refuse on chunk_metric").update();
    jdbc.sql("drop trigger if exists refuse on batch_step_execution_context").update();
  }

  @Test
  void anEngineThatBreaksLeavesWhatWasCommittedAndTheRestIsAnsweredOnce() {
    insert(run, 10);

    assertThatThrownBy(() -> infer(ScriptedEngine.breakingAt(shortest + 7)))
        .isInstanceOf(JobFailedException.class)
        .hasMessage("run " + run.name() + " failed: the device fell off");
    assertThat(answers(run)).isEqualTo(lengths(0, 6));

    ScriptedEngine second = ScriptedEngine.healthy();
    assertThat(infer(second)).isEqualTo(InferJob.Ending.DONE);
    assertThat(second.asked()).isEqualTo(4);
    assertThat(answers(run)).isEqualTo(lengths(0, 10));
    assertThat(metricJobs()).isEqualTo(10);
    assertThat(infer(second)).isEqualTo(InferJob.Ending.DONE);
    assertThat(second.asked()).isEqualTo(4);
  }

  @ParameterizedTest
  @CsvSource({"STARTED", "STARTING", "STOPPING", "UNKNOWN", "ABANDONED"})
  void anExecutionThatAKilledProcessLeftIsGoneOnWith(String left) {
    insert(run, 10);
    assertThatThrownBy(() -> infer(ScriptedEngine.breakingAt(shortest + 7)))
        .isInstanceOf(JobFailedException.class);
    leaveLastExecutionAs(left);

    ScriptedEngine second = ScriptedEngine.healthy();
    assertThat(infer(second)).isEqualTo(InferJob.Ending.DONE);

    assertThat(second.asked()).isEqualTo(4);
    assertThat(answers(run)).isEqualTo(lengths(0, 10));
  }

  @Test
  void jobsInWorkAreCountedOnlyAfterAProcessWasKilled() {
    insert(run, 10);
    List<Long> counted = new CopyOnWriteArrayList<>();
    ScriptedEngine breaking =
        ScriptedEngine.of(
            job -> {
              counted.add(jdbc.sql("select count(*) from job_attempt").query(Long.class).single());
              return job.promptIds().length == shortest + 7
                  ? CompletableFuture.failedFuture(ScriptedEngine.broken())
                  : CompletableFuture.completedFuture(ScriptedEngine.answer(job));
            });
    assertThatThrownBy(() -> infer(breaking)).isInstanceOf(JobFailedException.class);
    assertThat(counted).isNotEmpty().containsOnly(0L);

    leaveLastExecutionAs("STARTED");
    counted.clear();
    assertThatThrownBy(() -> infer(breaking)).isInstanceOf(JobFailedException.class);
    assertThat(counted).isNotEmpty().allMatch(count -> count > 0);
  }

  @ParameterizedTest
  @CsvSource({"STARTED", "UNKNOWN"})
  void aStepWhoseEndTheDatabaseMissedIsGoneOnWith(String left) {
    insert(run, 10);
    assertThatThrownBy(() -> infer(ScriptedEngine.breakingAt(shortest + 7)))
        .isInstanceOf(JobFailedException.class);
    jdbc.sql("update batch_step_execution set status = :status, end_time = null")
        .param("status", left)
        .update();

    ScriptedEngine second = ScriptedEngine.healthy();
    assertThat(infer(second)).isEqualTo(InferJob.Ending.DONE);

    assertThat(second.asked()).isEqualTo(4);
    assertThat(answers(run)).isEqualTo(lengths(0, 10));
  }

  @Test
  void aJobThatWasNeverBegunIsBegun() {
    insert(run, 4);
    assertThatThrownBy(() -> infer(ScriptedEngine.breakingAt(0)))
        .isInstanceOf(JobFailedException.class);
    // Simulates a process that was killed before the step was created.
    jdbc.sql("delete from batch_step_execution_context").update();
    jdbc.sql("delete from batch_step_execution").update();
    leaveLastExecutionAs("STARTED");

    assertThat(infer(ScriptedEngine.healthy())).isEqualTo(InferJob.Ending.DONE);
    assertThat(answers(run)).isEqualTo(lengths(0, 4));
  }

  @Test
  void aStopAtACommitIsKept() {
    insert(run, 10);

    InferJob.Ending ending =
        infer(run, ScriptedEngine.healthy(), step -> stop.request("enough for now"));

    assertThat(ending).isEqualTo(InferJob.Ending.STOPPED);
    assertThat(answers(run)).isEqualTo(lengths(0, CHUNK));
    ScriptedEngine second = ScriptedEngine.healthy();
    assertThat(infer(run, second, new StopSignal(), settings(OptionalLong.empty())))
        .isEqualTo(InferJob.Ending.DONE);
    assertThat(second.asked()).isEqualTo(7);
    assertThat(answers(run)).isEqualTo(lengths(0, 10));
  }

  @Test
  void aStopBeforeTheBeginningAnswersNothing() {
    insert(run, 2);
    stop.request("too late");

    assertThat(infer(ScriptedEngine.healthy())).isEqualTo(InferJob.Ending.STOPPED);

    assertThat(answers(run)).isEmpty();
  }

  @Test
  void aLimitAnswersSoManyAndTheNextCallGoesOn() {
    insert(run, 10);
    ScriptedEngine engine = ScriptedEngine.healthy();
    for (int answered : List.of(4, 8, 10)) {
      assertThat(infer(run, engine, stop, settings(OptionalLong.of(4))))
          .isEqualTo(InferJob.Ending.DONE);
      assertThat(answers(run)).isEqualTo(lengths(0, answered));
    }
    assertThat(engine.asked()).isEqualTo(10);
  }

  @Test
  void aLimitCountsAcrossFailuresAndRestarts() {
    insert(run, 10);
    assertThatThrownBy(
            () ->
                infer(
                    run,
                    ScriptedEngine.breakingAt(shortest + 4),
                    stop,
                    settings(OptionalLong.of(8))))
        .isInstanceOf(JobFailedException.class);
    assertThat(answers(run)).hasSize(3);

    infer(run, ScriptedEngine.healthy(), stop, settings(OptionalLong.of(4)));

    assertThat(answers(run)).isEqualTo(lengths(0, 7));
  }

  @Test
  void jobsThatArriveMeanwhileAreAnsweredWhereverTheySort() {
    insertAbout(run, "wide.png", "What?");
    insertAbout(run, "wide.png", "What else?");
    AtomicBoolean late = new AtomicBoolean();

    InferJob.Ending ending =
        infer(
            run,
            ScriptedEngine.healthy(),
            step -> {
              if (late.compareAndSet(false, true)) {
                insertAbout(run, "gray.png", "Before all others?");
                insert(run, 2);
              }
            });

    assertThat(ending).isEqualTo(InferJob.Ending.DONE);
    RunStatus status = status();
    assertThat(status.answered()).isEqualTo(5);
    assertThat(status.waiting()).isZero();
  }

  /** The metrics are written after the outcomes, and the position after the metrics. */
  @ParameterizedTest
  @CsvSource({"chunk_metric,insert", "batch_step_execution_context,update"})
  void outcomesMetricAndPositionCommitTogetherOrNotAtAll(String table, String event) {
    insert(run, 10);
    refuseSecondChunk(table, event);

    assertThatThrownBy(() -> infer(ScriptedEngine.healthy()))
        .isInstanceOf(JobFailedException.class)
        .hasMessageContaining("the disk is full");

    assertThat(answers(run)).isEqualTo(lengths(0, CHUNK));
    assertThat(metricJobs()).isEqualTo(CHUNK);
    mend();
    ScriptedEngine second = ScriptedEngine.healthy();
    assertThat(infer(second)).isEqualTo(InferJob.Ending.DONE);
    assertThat(second.asked()).isEqualTo(10 - CHUNK);
    assertThat(answers(run)).isEqualTo(lengths(0, 10));
    assertThat(metricJobs()).isEqualTo(10);
  }

  @Test
  void aDatabaseThatGoesAwayFailsTheJobAndAnotherRunGoesOn() {
    insert(run, 10);
    AtomicInteger chunks = new AtomicInteger();
    assertThatThrownBy(
            () ->
                infer(
                    run,
                    ScriptedEngine.healthy(),
                    step -> {
                      if (chunks.incrementAndGet() == 2) {
                        cutAllConnections();
                      }
                    }))
        .isInstanceOf(JobFailedException.class)
        .hasMessageStartingWith("run " + run.name() + " failed: ")
        .message()
        .hasLineCount(1);

    try (Database again = Database.open(DATABASE.settings())) {
      jdbc = JdbcClient.create(again.dataSource());
      assertThat(answers(run)).isEqualTo(lengths(0, CHUNK));
      ScriptedEngine second = ScriptedEngine.healthy();
      assertThat(
              infer(
                  again,
                  run,
                  second,
                  new StopSignal(),
                  settings(OptionalLong.empty()),
                  Progress.none()))
          .isEqualTo(InferJob.Ending.DONE);
      assertThat(second.asked()).isEqualTo(10 - CHUNK);
      assertThat(answers(run)).isEqualTo(lengths(0, 10));
    }
  }

  @Test
  void followingAnswersWhatComesWhereverItBelongsAndNothingTwice() {
    insertAbout(run, "zebra.png", "late in the order?");
    ScriptedEngine engine = ScriptedEngine.healthy();
    CompletableFuture<InferJob.Ending> following =
        CompletableFuture.supplyAsync(
            () ->
                job(
                        DATABASE.database(),
                        run,
                        engine,
                        stop,
                        settings(OptionalLong.empty()),
                        Progress.none())
                    .follow());
    awaitOutcomes(1);
    insert(run, 20);
    awaitOutcomes(21);
    insertAbout(run, "aardvark.png", "early in the order?");
    awaitOutcomes(22);
    assertThat(following).isNotDone();

    stop.request("enough");

    assertThat(following.join()).isEqualTo(InferJob.Ending.STOPPED);
    assertThat(engine.asked()).isEqualTo(20);
    assertThat(metricJobs()).isEqualTo(22);
    assertThat(status().failed()).isEqualTo(2);
  }

  @Test
  void aLostLockStopsTheJob() {
    insert(run, 10);
    try (RunLock lock =
            RunLock.tryAcquire(DATABASE.database(), run.runId(), "this test").orElseThrow();
        Heartbeat heartbeat =
            Heartbeat.start(
                lock, loss -> stop.request("the run's lock was lost"), Duration.ofMillis(10))) {
      InferJob.Ending ending =
          infer(
              run,
              ScriptedEngine.healthy(),
              step -> {
                cutLockConnection();
                while (!stop.isRequested()) {
                  Thread.onSpinWait();
                }
              });
      assertThat(ending).isEqualTo(InferJob.Ending.STOPPED);
    }
    assertThat(stop.reason()).contains("the run's lock was lost");
    assertThat(answers(run)).isEqualTo(lengths(0, CHUNK));
  }

  @Test
  void anImageWithSeveralQuestionsCountsAsOneImage() {
    insertAbout(run, "wide.png", "What?");
    insertAbout(run, "gray.png", "What?");
    insertAbout(run, "wide.png", "Who?");
    insertAbout(run, "wide.png", "Why?");
    insertAbout(run, "missing.png", "Why?");

    infer(ScriptedEngine.healthy());

    assertThat(status().failures()).containsExactly(Map.entry("IMAGE_NOT_FOUND", 1L));
    assertThat(
            jdbc.sql("select sum(distinct_images) from chunk_metric where run_id = :run")
                .param("run", run.runId())
                .query(Long.class)
                .single())
        .isEqualTo(3);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "fastv:layer=2,keep=144 | plain",
        "none | int8",
        "vtc-cls:layer=16,tokens=144 | int8"
      })
  void aRunHasOneCompressionStrategyAndOneWeightFormat(String compression, String weightFormat) {
    insert(run, 4);
    infer(run, ScriptedEngine.healthy(), stop, settings(OptionalLong.of(2)));
    ScriptedEngine other =
        ScriptedEngine.healthy(new ModelIdentity("fingerprint", compression, weightFormat));

    for (ThrowingCallable asking :
        List.<ThrowingCallable>of(() -> infer(other), () -> follow(other))) {
      assertThatThrownBy(asking)
          .isInstanceOf(InputException.class)
          .hasMessage(
              "run %s has answers with compression none, weight format plain, and these would be with compression %s, weight format %s: give them a run of their own with --run"
                  .formatted(run.name(), compression, weightFormat));
    }

    assertThat(other.asked()).isZero();
    assertThat(status().waiting()).isEqualTo(2);
    assertThat(infer(ScriptedEngine.healthy())).isEqualTo(InferJob.Ending.DONE);
  }

  @Test
  void anotherCheckpointWithTheSameSettingsGoesOn() {
    ModelIdentity first = new ModelIdentity("a", "fastv:layer=2,keep=144", "int8");
    ModelIdentity second = new ModelIdentity("b", "fastv:layer=2,keep=144", "int8");
    insert(run, 2);

    infer(run, ScriptedEngine.healthy(first), stop, settings(OptionalLong.of(1)));
    infer(ScriptedEngine.healthy(second));

    assertThat(new RunModelStore(DATABASE.dataSource()).all(run.runId()))
        .containsExactly(first, second);
  }

  @Test
  void aRunWithoutAnswersTakesAnyStrategy() {
    insertAbout(run, "lost.png", "What?");
    infer(ScriptedEngine.healthy());
    assertThat(status().failed()).isEqualTo(1);
    insert(run, 1);
    ModelIdentity other = new ModelIdentity("fingerprint", "prumerge", "plain");

    assertThat(infer(ScriptedEngine.healthy(other))).isEqualTo(InferJob.Ending.DONE);

    assertThat(new RunModelStore(DATABASE.dataSource()).all(run.runId())).containsExactly(other);
  }

  private void follow(Engine engine) {
    job(DATABASE.database(), run, engine, stop, settings(OptionalLong.empty()), Progress.none())
        .follow();
  }

  private InferJob.Ending infer(Engine engine) {
    return infer(run, engine, Progress.none());
  }

  private InferJob.Ending infer(Run target, Engine engine, Progress progress) {
    return infer(target, engine, stop, settings(OptionalLong.empty()), progress);
  }

  private static InferJob.Ending infer(
      Run target, Engine engine, StopSignal stop, InferSettings settings) {
    return infer(target, engine, stop, settings, Progress.none());
  }

  private static InferJob.Ending infer(
      Run target, Engine engine, StopSignal stop, InferSettings settings, Progress progress) {
    return infer(DATABASE.database(), target, engine, stop, settings, progress);
  }

  private static InferJob.Ending infer(
      Database database,
      Run target,
      Engine engine,
      StopSignal stop,
      InferSettings settings,
      Progress progress) {
    return job(database, target, engine, stop, settings, progress).run();
  }

  private static InferJob job(
      Database database,
      Run target,
      Engine engine,
      StopSignal stop,
      InferSettings settings,
      Progress progress) {
    double[] half = {0.5, 0.5, 0.5};
    ClipImageConfig images = new ClipImageConfig(8, half, half, Aspect.PAD);
    return new InferJob(
        new BatchRuntime(database.dataSource()),
        target,
        settings,
        new ServedModel(
            engine,
            new Preparation(
                ImageLimits.defaults(), images, tokenizer, new PromptLimit(2048, false)),
            new ModelName("scripted", engine.model())),
        progress,
        stop);
  }

  private void awaitOutcomes(long count) {
    while (status().answered() + status().failed() < count) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
  }

  private static InferSettings settings(OptionalLong limit) {
    return new InferSettings(
        CHUNK, new InferSettings.Window(6, 1 << 20), limit, "vicuna_v1", defaults());
  }

  private static InferSettings.Defaults defaults() {
    return new InferSettings.Defaults(8, 0, 1, 0, List.of());
  }

  /** Each prompt has one token more than the previous one. */
  private void insert(Run target, int count) {
    jobs.insert(
        target.runId(),
        IntStream.range(0, count)
            .mapToObj(
                i ->
                    NewImageJob.toAnswer(
                        "text" + i,
                        OptionalLong.empty(),
                        new ImagePrompt(
                            java.util.Optional.empty(),
                            java.util.Optional.empty(),
                            java.util.Optional.empty(),
                            "a" + " the".repeat(i)),
                        JobSettings.DEFAULTS))
            .toList());
  }

  private void insertAbout(Run target, String image, String question) {
    String folder = Golden.file("images").toString();
    long source = jobs.sourceId(target.runId(), SourceKind.QUESTIONS, "test", folder);
    jobs.insert(
        target.runId(),
        List.of(
            NewImageJob.toAnswer(
                image + question,
                OptionalLong.of(source),
                ImagePrompt.about(image, question),
                JobSettings.DEFAULTS)));
  }

  /** Prompt lengths of the stored answers, in ingest order. */
  private List<Integer> answers(Run target) {
    return jdbc.sql("select prompt_tokens from answer where run_id = :run order by job_id")
        .param("run", target.runId())
        .query(Integer.class)
        .list();
  }

  private List<Integer> lengths(int from, int to) {
    return IntStream.range(from, to).mapToObj(i -> shortest + i).toList();
  }

  private RunStatus status() {
    return new RunStatusStore(DATABASE.dataSource()).status(run);
  }

  private long metricJobs() {
    return jdbc.sql("select coalesce(sum(jobs), 0) from chunk_metric where run_id = :run")
        .param("run", run.runId())
        .query(Long.class)
        .single();
  }

  private void leaveLastExecutionAs(String status) {
    jdbc.sql(
            """
            update batch_job_execution set status = :status, exit_code = 'UNKNOWN', end_time = null
            where job_execution_id = (select max(job_execution_id) from batch_job_execution)
            """)
        .param("status", status)
        .update();
    jdbc.sql(
            """
            update batch_step_execution set status = :status, exit_code = 'EXECUTING', end_time = null
            where job_execution_id = (select max(job_execution_id) from batch_job_execution)
            """)
        .param("status", status)
        .update();
  }

  /** Simulates a full disk after more than one chunk's answers have been written. */
  private void refuseSecondChunk(String table, String event) {
    jdbc.sql(
            """
            create or replace function refuse() returns trigger language plpgsql as $$
            begin
              if (select count(*) from answer where run_id = %d) > %d then
                raise exception 'the disk is full';
              end if;
              return new;
            end $$
            """
                .formatted(run.runId(), CHUNK))
        .update();
    jdbc.sql(
            "create trigger refuse before %s on %s for each row execute function refuse()"
                .formatted(event, table))
        .update();
  }

  private void cutAllConnections() {
    jdbc.sql(
            """
            select pg_terminate_backend(pid, 10000) from pg_stat_activity
            where datname = current_database() and pid <> pg_backend_pid()
            """)
        .query(Boolean.class)
        .list();
  }

  private void cutLockConnection() {
    jdbc.sql(
            """
            select pg_terminate_backend(pid, 10000) from pg_locks
            where locktype = 'advisory' and objid = :run and database =
              (select oid from pg_database where datname = current_database())
            """)
        .param("run", run.runId())
        .query(Boolean.class)
        .list();
  }
}
