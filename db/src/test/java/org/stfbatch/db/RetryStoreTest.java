package org.stfbatch.db;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.stfbatch.db.testing.TestDatabase;

/** Attempts of jobs, and the failures that were retried. */
class RetryStoreTest {

  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  private final ImageJobStore jobs = new ImageJobStore(DATABASE.dataSource());
  private final OutcomeStore outcomes = new OutcomeStore(DATABASE.dataSource());
  private final RetryStore retries = new RetryStore(DATABASE.dataSource());
  private Run run;

  @BeforeEach
  void newRun(TestInfo test) {
    run =
        new RunStore(DATABASE.dataSource())
            .findOrCreate(test.getTestMethod().orElseThrow().getName());
    jobs.insert(run.runId(), Jobs.jobs(1, 4));
  }

  @Test
  void eachRetryIsAnAttemptAndItsFailureIsKept() {
    List<Long> ids = waiting();
    fail("A", ids.get(0), ids.get(1));
    assertThat(retry().jobs()).isEqualTo(2);
    fail("B", ids.get(0));
    outcomes.write(run.runId(), List.of(Jobs.answer(ids.get(1), "yes")), List.of());
    assertThat(retry().byCode()).isEqualTo(Map.of("B", 1L));
    // Answers and a failure in one chunk take another statement than answers alone.
    outcomes.write(
        run.runId(),
        List.of(Jobs.answer(ids.get(0), "at last"), Jobs.answer(ids.get(2), "at once")),
        List.of(Jobs.failure(ids.get(3), "C", "no")));

    List<ExportRow> rows = new ArrayList<>();
    new ExportStore(DATABASE.dataSource()).forEach(run.runId(), rows::add);
    assertThat(rows).extracting(ExportRow::attempt).containsExactly(3, 2, 1, 1);
    assertThat(history())
        .containsExactly("job-1 attempt 1 A", "job-1 attempt 2 B", "job-2 attempt 1 A");
    assertThat(new OutcomeFeedStore(DATABASE.dataSource()).after(run.runId(), 0, 9))
        .extracting(row -> row.job().customId() + " " + row.job().attempt())
        .containsExactly("job-2 2", "job-1 3", "job-3 1", "job-4 1");
    RunStatus status = new RunStatusStore(DATABASE.dataSource()).status(run);
    assertThat(status.retries()).isEqualTo(new RunStatus.Retries(3, 2));
    assertThat(new RunFiguresStore(DATABASE.dataSource()).figures(run.runId()).counts().retries())
        .isEqualTo(status.retries());
  }

  @Test
  void onlyFailuresThatAreOldEnoughAreRetried() {
    List<Long> ids = waiting();
    Instant now = Instant.now();
    List<StoredFailure> failures = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      failures.add(
          new StoredFailure(
              ids.get(i), new JobFailure("image", "A", "no", 1), now.minus(Duration.ofHours(i))));
    }
    outcomes.write(run.runId(), List.of(), failures);

    Optional<Instant> old = Optional.of(now.minus(Duration.ofMinutes(90)));
    assertThat(retries.takeBack(run.runId(), List.of("B"), old).jobs()).isZero();
    assertThat(retries.takeBack(run.runId(), List.of("A"), old).jobs()).isEqualTo(2);
    assertThat(waiting()).containsExactly(ids.get(2), ids.get(3));
  }

  /** Who reads outcomes by key must find that the highest attempt is the newest outcome. */
  @Test
  void theOutcomeOfAReplacedQuestionIsAnotherAttempt() {
    List<Long> ids = waiting();
    outcomes.write(
        run.runId(),
        List.of(Jobs.answer(ids.get(0), "old")),
        List.of(Jobs.failure(ids.get(1), "A", "no")));
    ChangedJobStore changes = new ChangedJobStore(DATABASE.dataSource());
    changes.replace(run.runId(), Jobs.jobs(1, 3));
    changes.replace(run.runId(), Jobs.jobs(1, 3));
    outcomes.write(run.runId(), ids.stream().map(id -> Jobs.answer(id, "new")).toList(), List.of());

    List<ExportRow> rows = new ArrayList<>();
    new ExportStore(DATABASE.dataSource()).forEach(run.runId(), rows::add);
    assertThat(rows).extracting(ExportRow::attempt).containsExactly(2, 2, 1, 1);
    assertThat(history()).containsExactly("job-2 attempt 1 A");
  }

  private List<String> history() {
    List<String> history = new ArrayList<>();
    new ExportStore(DATABASE.dataSource())
        .forEachPastFailure(
            run.runId(),
            row ->
                history.add(
                    "%s attempt %d %s"
                        .formatted(
                            row.customId(),
                            row.attempt(),
                            row.failure().orElseThrow().failure().code())));
    return history;
  }

  private List<Long> waiting() {
    return jobs.waitingAfter(run.runId(), JobPosition.START, 10).stream()
        .map(StoredJob::jobId)
        .toList();
  }

  private void fail(String code, Long... ids) {
    outcomes.write(
        run.runId(),
        List.of(),
        List.of(ids).stream().map(id -> Jobs.failure(id, code, "no")).toList());
  }

  private RetryStore.Retried retry() {
    return retries.takeBack(run.runId(), List.of(), Optional.empty());
  }
}
