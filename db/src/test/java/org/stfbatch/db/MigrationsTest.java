package org.stfbatch.db;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.batch.core.BatchStatus;
import org.springframework.batch.core.configuration.support.MapJobRegistry;
import org.springframework.batch.core.job.Job;
import org.springframework.batch.core.job.JobExecution;
import org.springframework.batch.core.job.builder.JobBuilder;
import org.springframework.batch.core.job.parameters.JobParameters;
import org.springframework.batch.core.job.parameters.JobParametersBuilder;
import org.springframework.batch.core.launch.support.TaskExecutorJobOperator;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.batch.core.repository.support.JdbcJobRepositoryFactoryBean;
import org.springframework.batch.core.step.builder.ChunkOrientedStepBuilder;
import org.springframework.batch.infrastructure.item.Chunk;
import org.springframework.batch.infrastructure.item.ExecutionContext;
import org.springframework.batch.infrastructure.item.ItemStreamReader;
import org.springframework.batch.infrastructure.item.ItemWriter;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.stfbatch.base.ModelIdentity;
import org.stfbatch.db.testing.TestDatabase;

class MigrationsTest {

  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  @Test
  void processesThatOpenAnEmptyDatabaseAtOnceAllSucceed() throws Exception {
    DatabaseSettings empty = DATABASE.createEmpty("");
    Callable<Integer> open =
        () -> {
          try (Database database = Database.open(empty)) {
            return new RunStore(database.dataSource()).all().size();
          }
        };
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      for (Future<Integer> runs : threads.invokeAll(Collections.nCopies(4, open))) {
        assertThat(runs.get()).isZero();
      }
    } finally {
      threads.shutdown();
    }
  }

  @Test
  void outcomesOfAnOlderVersionAreNumberedInTheOrderOfTheirTimes() {
    DatabaseSettings old = DATABASE.createMigrated("2");
    client(old)
        .sql(
            """
            insert into run (name) values ('old'), ('empty');
            insert into image_job (run_id, custom_id, image_key, prompt)
            select 1, 'job ' || i, '', 'What?' from generate_series(1, 6) i;
            insert into answer
            select 1, i, 'x', null, 'eos', 1, 0, 1, 0, 0, 0, 'm', 'f', now() - i * interval '1 day'
            from generate_series(1, 4) i;
            insert into failure values (1, 5, 'image', 'A', 'x', 1, now() - interval '60 hours');
            insert into waiting_job values (6, 1, '');
            """)
        .update();

    try (Database database = Database.open(old)) {
      RunStore runs = new RunStore(database.dataSource());
      OutcomeFeedStore feed = new OutcomeFeedStore(database.dataSource());
      new OutcomeStore(database.dataSource())
          .write(1, List.of(Jobs.answer(6, "newest")), List.of());

      assertThat(feed.after(1, 0, 10))
          .extracting(row -> row.job().jobId())
          .containsExactly(4L, 3L, 5L, 2L, 1L, 6L);
      assertThat(feed.after(1, 0, 10))
          .extracting(OutcomeRow::sequence)
          .containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
      assertThat(feed.lastSequence(2)).isZero();
      assertThat(runs.all()).extracting(Run::uuid).doesNotHaveDuplicates().doesNotContainNull();
    }
  }

  /** Migrations must not rewrite tables, which may have many millions of rows. */
  @Test
  void answersOfAnOlderVersionAreUncompressedAndPlainAndStayWhereTheyAre() {
    DatabaseSettings old = DATABASE.createMigrated("12");
    JdbcClient before = client(old);
    before
        .sql(
            """
            insert into run (name) values ('old');
            insert into image_job (run_id, custom_id, image_key, prompt) values (1, 'a', '', 'What?');
            insert into answer (
              run_id, job_id, sequence, text, finish_reason, prompt_tokens, vision_tokens, generated_tokens,
              queue_seconds, prefill_seconds, decode_seconds, model_name, model_fingerprint, answered_at)
            values (1, 1, 1, 'x', 'eos', 1, 0, 1, 0, 0, 0, 'm', 'f', now());
            insert into chunk_metric (
              run_id, step_execution_id, started_at, finished_at, jobs, answers, failures, distinct_images,
              prompt_tokens, vision_tokens, generated_tokens, wait_seconds, device, dtype, batch, model_fingerprint)
            values (1, 1, now(), now(), 1, 1, 0, 0, 1, 0, 1, 0, 'cpu', 'float32', 8, 'f');
            """)
        .update();
    List<Long> files = files(before);

    try (Database database = Database.open(old)) {
      assertThat(files(JdbcClient.create(database.dataSource()))).isEqualTo(files);
      List<ExportRow> rows = new ArrayList<>();
      new ExportStore(database.dataSource()).forEach(1, rows::add);
      assertThat(rows.get(0).answer().orElseThrow().model()).isEqualTo(ModelIdentity.plain("f"));
      assertThat(rows.get(0).answer().orElseThrow().source()).isEmpty();
      assertThat(rows.get(0).attempt()).isEqualTo(1);
      assertThat(new RunFiguresStore(database.dataSource()).figures(1).places())
          .containsExactly(new ChunkMetric.Place("cpu", "float32", 8, ModelIdentity.plain("f")));
    }
  }

  @Test
  void jobsOfAnOlderVersionHaveNoPenaltiesAndStayWhereTheyAre() {
    DatabaseSettings old = DATABASE.createMigrated("18");
    JdbcClient before = client(old);
    before
        .sql(
            """
            insert into run (name) values ('old');
            insert into image_job (run_id, custom_id, image_key, prompt) values (1, 'a', '', 'What?');
            insert into waiting_job values (1, 1, '');
            """)
        .update();
    String file = "select pg_relation_filenode('image_job'::regclass)";
    long place = before.sql(file).query(Long.class).single();

    try (Database database = Database.open(old)) {
      assertThat(JdbcClient.create(database.dataSource()).sql(file).query(Long.class).single())
          .isEqualTo(place);
      assertThat(new ImageJobStore(database.dataSource()).waitingAfter(1, JobPosition.START, 10))
          .extracting(StoredJob::settings)
          .containsExactly(JobSettings.DEFAULTS);
    }
  }

  private static List<Long> files(JdbcClient jdbc) {
    return jdbc.sql(
            "select pg_relation_filenode(t::regclass) from unnest(array['answer', 'chunk_metric']) t")
        .query(Long.class)
        .list();
  }

  private static JdbcClient client(DatabaseSettings settings) {
    return JdbcClient.create(
        new DriverManagerDataSource(settings.url(), settings.user(), settings.password()));
  }

  @Test
  void everyTableOfOursSaysWhatItIsFor() {
    List<String> silent =
        JdbcClient.create(DATABASE.dataSource())
            .sql(
                """
                select relname from pg_class
                where relkind = 'r' and relnamespace = 'public'::regnamespace
                  and relname <> 'flyway_schema_history'
                  and obj_description(oid, 'pg_class') is null
                """)
            .query(String.class)
            .list();

    assertThat(silent).isEmpty();
  }

  /**
   * The inference step relies on this: a failed chunk is rolled back, and the restart continues
   * after it.
   */
  @Test
  void aSpringBatchStepCommitsOutcomesAndPositionTogetherAndRestarts() throws Exception {
    DataSource dataSource = DATABASE.dataSource();
    JdbcTransactionManager transactions = new JdbcTransactionManager(dataSource);
    JdbcJobRepositoryFactoryBean factory = new JdbcJobRepositoryFactoryBean();
    factory.setDataSource(dataSource);
    factory.setTransactionManager(transactions);
    factory.setIsolationLevelForCreate("ISOLATION_READ_COMMITTED");
    factory.afterPropertiesSet();
    JobRepository repository = factory.getObject();
    Run run = new RunStore(dataSource).findOrCreate("batch");
    new ImageJobStore(dataSource).insert(run.runId(), Jobs.jobs(1, 10));
    FailingOnce failingOnce = new FailingOnce(new OutcomeStore(dataSource), run.runId());
    Job job =
        new JobBuilder("infer", repository)
            .start(
                new ChunkOrientedStepBuilder<StoredJob, StoredJob>("infer", repository, 4)
                    .reader(new WaitingJobs(new ImageJobStore(dataSource), run.runId()))
                    .writer(failingOnce)
                    .transactionManager(transactions)
                    .build())
            .build();
    TaskExecutorJobOperator operator = new TaskExecutorJobOperator();
    operator.setJobRepository(repository);
    operator.setJobRegistry(new MapJobRegistry());
    operator.afterPropertiesSet();
    JobParameters parameters =
        new JobParametersBuilder().addString("run", "batch").toJobParameters();

    JobExecution first = operator.start(job, parameters);
    RunStatus afterFirst = new RunStatusStore(dataSource).status(run);
    JobExecution second = operator.start(job, parameters);
    RunStatus afterSecond = new RunStatusStore(dataSource).status(run);

    assertThat(first.getStatus()).isEqualTo(BatchStatus.FAILED);
    assertThat(afterFirst.answered()).isEqualTo(4);
    assertThat(second.getStatus()).isEqualTo(BatchStatus.COMPLETED);
    assertThat(second.getStepExecutions().iterator().next().getReadCount()).isEqualTo(6);
    assertThat(afterSecond.answered()).isEqualTo(10);
    assertThat(failingOnce.answered).doesNotHaveDuplicates().hasSize(10);
  }

  /** Reads the waiting jobs after the position in the step's execution context. */
  private static final class WaitingJobs implements ItemStreamReader<StoredJob> {

    private final ImageJobStore jobs;
    private final long run;
    private JobPosition position = JobPosition.START;

    WaitingJobs(ImageJobStore jobs, long run) {
      this.jobs = jobs;
      this.run = run;
    }

    @Override
    public void open(ExecutionContext context) {
      if (context.containsKey("job")) {
        position = new JobPosition(context.getString("image"), context.getLong("job"));
      }
    }

    @Override
    public StoredJob read() {
      List<StoredJob> next = jobs.waitingAfter(run, position, 1);
      if (next.isEmpty()) {
        return null;
      }
      position = next.get(0).position();
      return next.get(0);
    }

    @Override
    public void update(ExecutionContext context) {
      context.putString("image", position.imageKey());
      context.putLong("job", position.jobId());
    }
  }

  private static final class FailingOnce implements ItemWriter<StoredJob> {

    private final OutcomeStore outcomes;
    private final long run;
    private final List<Long> answered = new ArrayList<>();
    private int chunks;

    FailingOnce(OutcomeStore outcomes, long run) {
      this.outcomes = outcomes;
      this.run = run;
    }

    @Override
    public void write(Chunk<? extends StoredJob> chunk) {
      List<StoredAnswer> answers =
          chunk.getItems().stream().map(job -> Jobs.answer(job.jobId(), "x")).toList();
      outcomes.write(run, answers, List.of());
      chunks++;
      if (chunks == 2) {
        throw new IllegalStateException("the machine goes down after writing, before the commit");
      }
      answers.forEach(answer -> answered.add(answer.jobId()));
    }
  }
}
