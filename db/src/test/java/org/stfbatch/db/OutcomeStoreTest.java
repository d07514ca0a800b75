package org.stfbatch.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import org.stfbatch.base.ModelIdentity;
import org.stfbatch.db.OutcomeStore.Written;
import org.stfbatch.db.testing.TestDatabase;

class OutcomeStoreTest {

  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  private ImageJobStore jobs;
  private OutcomeStore outcomes;
  private Run run;

  @BeforeEach
  void newRun(TestInfo test) {
    jobs = new ImageJobStore(DATABASE.dataSource());
    outcomes = new OutcomeStore(DATABASE.dataSource());
    run = new RunStore(DATABASE.dataSource()).findOrCreate(test.getDisplayName());
  }

  @Test
  void anAnswerComesBackAsWritten() {
    long job = storeJobs(1).get(0);
    StoredAnswer answer = Jobs.answer(job, "a dog");

    outcomes.write(run.runId(), List.of(answer), List.of());

    assertThat(export().get(0).answer()).contains(answer);
    assertThat(export().get(0).failure()).isEmpty();
  }

  @Test
  void whatAnAnswerWasChosenFromComesBackInItsOrder() {
    List<Long> ids = storeJobs(2);
    Map<String, Double> scores = new LinkedHashMap<>();
    List.of("z", "a, \"b\"", "NULL", "😀 {\\}")
        .forEach(text -> scores.put(text, -1e-9 / text.length()));
    StoredAnswer written = Jobs.answer(ids.get(0), "z");
    StoredAnswer chosen =
        new StoredAnswer(
            ids.get(1),
            "z",
            "choice",
            written.tokens(),
            written.timings(),
            "m",
            new ModelIdentity("f", "vtc-cls:layer=16,tokens=144", "int8"),
            written.answeredAt(),
            scores);

    outcomes.write(run.runId(), List.of(written, chosen), List.of());

    assertThat(export())
        .extracting(row -> row.answer().orElseThrow())
        .containsExactly(written, chosen);
    assertThat(export().get(1).answer().orElseThrow().logProbabilities().keySet())
        .containsExactlyElementsOf(scores.keySet());
    assertThat(new OutcomeFeedStore(DATABASE.dataSource()).after(run.runId(), 0, 10))
        .extracting(row -> row.job().answer().orElseThrow())
        .containsExactly(written, chosen);
  }

  @Test
  void everyCharacterOfAnAnswerComesBack() {
    String controls =
        IntStream.rangeClosed(0, 0x9F).mapToObj(Character::toString).collect(Collectors.joining());
    List<String> texts =
        List.of(
            controls,
            "",
            "\0",
            "\u2400 is not \0",
            "\u2400",
            "a😀👩‍👩‍👧‍👦\uFFFD\uFFFF\uFEFF\u2028e\u0301",
            "{\"quoted\", \\back\\slash, NULL}",
            "NULL",
            "\r\n \t ");
    List<Long> ids = storeJobs(texts.size());
    List<StoredAnswer> answers =
        IntStream.range(0, texts.size())
            .mapToObj(i -> Jobs.answer(ids.get(i), texts.get(i)))
            .toList();

    outcomes.write(run.runId(), answers, List.of());

    assertThat(export())
        .extracting(row -> row.answer().orElseThrow().text())
        .containsExactlyElementsOf(texts);
  }

  @Test
  void anAnswerWithNulIsReadableInSql() {
    long job = storeJobs(1).get(0);

    outcomes.write(run.runId(), List.of(Jobs.answer(job, "a\0b")), List.of());

    assertThat(
            JdbcClient.create(DATABASE.dataSource())
                .sql("select text from answer where job_id = :job")
                .param("job", job)
                .query(String.class)
                .single())
        .isEqualTo("a\u2400b");
  }

  @Test
  void aLoneSurrogateIsRefused() {
    assertThatThrownBy(() -> Jobs.answer(5, "x\uDC00"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("job 5")
        .hasMessageContaining("lone surrogate");
  }

  @Test
  void aFailuresMessageSurvivesAnything() {
    List<Long> ids = storeJobs(2);

    outcomes.write(
        run.runId(),
        List.of(),
        List.of(
            Jobs.failure(ids.get(0), "IMAGE_DECODE", "bad \0 header \uD800!"),
            Jobs.failure(ids.get(1), "IMAGE_DECODE", "ünï 😀\n")));

    assertThat(export())
        .extracting(row -> row.failure().orElseThrow().failure())
        .containsExactly(
            new JobFailure("image", "IMAGE_DECODE", "bad \uFFFD header \uFFFD!", 3),
            new JobFailure("image", "IMAGE_DECODE", "ünï 😀\n", 3));
  }

  @Test
  void writingTwiceChangesNothing() {
    List<Long> ids = storeJobs(2);
    List<StoredAnswer> answers = List.of(Jobs.answer(ids.get(0), "first"));
    List<StoredFailure> failures = List.of(Jobs.failure(ids.get(1), "A", "first"));
    assertThat(outcomes.write(run.runId(), answers, failures)).isEqualTo(new Written(1, 1));

    assertThat(outcomes.write(run.runId(), answers, failures)).isEqualTo(new Written(0, 0));
    assertThat(
            outcomes.write(
                run.runId(),
                List.of(Jobs.answer(ids.get(0), "second")),
                List.of(Jobs.failure(ids.get(1), "B", "second"))))
        .isEqualTo(new Written(0, 0));

    assertThat(export().get(0).answer().orElseThrow().text()).isEqualTo("first");
    assertThat(export().get(1).failure().orElseThrow().failure().code()).isEqualTo("A");
  }

  @Test
  void aJobNeverHasAnAnswerAndAFailure() {
    List<Long> ids = storeJobs(3);
    outcomes.write(run.runId(), List.of(Jobs.answer(ids.get(0), "x")), List.of());
    outcomes.write(run.runId(), List.of(), List.of(Jobs.failure(ids.get(1), "A", "x")));

    Written written =
        outcomes.write(
            run.runId(),
            List.of(
                Jobs.answer(ids.get(1), "y"),
                Jobs.answer(ids.get(2), "y"),
                Jobs.answer(ids.get(2), "z")),
            List.of(Jobs.failure(ids.get(0), "B", "y"), Jobs.failure(ids.get(2), "B", "y")));

    assertThat(written).isEqualTo(new Written(1, 0));
    assertThat(export())
        .extracting(row -> row.answer().isPresent() + " " + row.failure().isPresent())
        .containsExactly("true false", "false true", "true false");
  }

  @Test
  void jobsOfOtherRunsGetNoOutcome() {
    long job = storeJobs(1).get(0);
    Run other = new RunStore(DATABASE.dataSource()).findOrCreate("other");

    assertThat(outcomes.write(other.runId(), List.of(Jobs.answer(job, "x")), List.of()))
        .isEqualTo(new Written(0, 0));
    assertThat(export().get(0).answer()).isEmpty();
  }

  @Test
  void writersOfTheSameJobsAtTheSameTimeStoreEachOnce() throws Exception {
    List<Long> ids = storeJobs(200);
    List<StoredAnswer> answers = ids.stream().map(id -> Jobs.answer(id, "x")).toList();
    List<StoredFailure> failures = ids.stream().map(id -> Jobs.failure(id, "A", "x")).toList();
    Callable<Written> answering = () -> outcomes.write(run.runId(), answers, List.of());
    Callable<Written> failing = () -> outcomes.write(run.runId(), List.of(), failures);
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      int stored = 0;
      for (Future<Written> written :
          threads.invokeAll(List.of(answering, failing, answering, failing))) {
        stored += written.get().answers() + written.get().failures();
      }
      assertThat(stored).isEqualTo(200);
    } finally {
      threads.shutdown();
    }
    assertThat(export())
        .allMatch(row -> row.answer().isPresent() != row.failure().isPresent())
        .hasSize(200);
  }

  /** For example two workers, one of which was considered dead. */
  @Test
  void writersOfTheSameJobsInAnyOrderNeverWaitInACircle() throws Exception {
    jobs.insert(run.runId(), Jobs.jobs(1, 300));
    List<Long> ids =
        jobs.waitingAfter(run.runId(), JobPosition.START, 300).stream()
            .map(StoredJob::jobId)
            .toList();
    ExecutorService threads = Executors.newFixedThreadPool(4);
    int written = 0;
    try {
      for (int round = 0; round < 30; round++) {
        List<Long> chunk = ids.subList(10 * round, 10 * round + 10);
        List<Callable<Written>> writers = new ArrayList<>();
        for (int writer = 0; writer < 4; writer++) {
          List<Long> mixed = new ArrayList<>(chunk);
          Collections.shuffle(mixed, new Random(4L * round + writer));
          writers.add(
              () ->
                  outcomes.write(
                      run.runId(),
                      mixed.subList(0, 5).stream().map(id -> Jobs.answer(id, "yes")).toList(),
                      mixed.subList(5, 10).stream()
                          .map(id -> Jobs.failure(id, "IMAGE_DECODE", "bad"))
                          .toList()));
        }
        for (Future<Written> result : threads.invokeAll(writers)) {
          written += result.get().answers() + result.get().failures();
        }
      }
    } finally {
      threads.shutdown();
    }

    assertThat(written).isEqualTo(300);
    assertThat(
            JdbcClient.create(DATABASE.dataSource())
                .sql(
                    """
                    select array_agg(sequence order by sequence) = array(select generate_series(1, 300)::bigint)
                    from (
                      select sequence from answer where run_id = :run
                      union all
                      select sequence from failure where run_id = :run) outcome
                    """)
                .param("run", run.runId())
                .query(Boolean.class)
                .single())
        .as("numbers without gaps")
        .isTrue();
  }

  @Test
  void aRolledBackTransactionOfTheCallerLeavesTheJobsWaiting() {
    long job = storeJobs(1).get(0);
    TransactionTemplate chunk =
        new TransactionTemplate(new JdbcTransactionManager(DATABASE.dataSource()));

    chunk.executeWithoutResult(
        status -> {
          outcomes.write(run.runId(), List.of(Jobs.answer(job, "x")), List.of());
          status.setRollbackOnly();
        });

    assertThat(export().get(0).answer()).isEmpty();
    assertThat(jobs.waitingAfter(run.runId(), JobPosition.START, 5)).hasSize(1);
  }

  private List<Long> storeJobs(int count) {
    jobs.insert(run.runId(), Jobs.jobs(1, count));
    return jobs.waitingAfter(run.runId(), JobPosition.START, count).stream()
        .map(StoredJob::jobId)
        .toList();
  }

  private List<ExportRow> export() {
    List<ExportRow> rows = new ArrayList<>();
    new ExportStore(DATABASE.dataSource()).forEach(run.runId(), rows::add);
    return rows;
  }
}
