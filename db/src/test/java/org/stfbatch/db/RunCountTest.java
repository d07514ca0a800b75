package org.stfbatch.db;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.stfbatch.db.testing.TestDatabase;

/** A run's counts equal its numbers of rows after any sequence of operations. */
class RunCountTest {
  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  private static final int JOBS = 60;

  private final ImageJobStore jobs = new ImageJobStore(DATABASE.dataSource());
  private final OutcomeStore outcomes = new OutcomeStore(DATABASE.dataSource());
  private final RetryStore retries = new RetryStore(DATABASE.dataSource());
  private final ChangedJobStore changes = new ChangedJobStore(DATABASE.dataSource());

  @Test
  void countsAreThoseOfTheRows() {
    SplittableRandom random = new SplittableRandom(3);
    Run run = new RunStore(DATABASE.dataSource()).findOrCreate("counted");
    Run other = new RunStore(DATABASE.dataSource()).findOrCreate("beside");
    jobs.insert(other.runId(), Jobs.jobs(0, 9));
    for (int step = 0; step < 200; step++) {
      switch (random.nextInt(4)) {
        case 0 -> jobs.insert(run.runId(), Jobs.jobs(0, random.nextInt(JOBS)));
        case 1, 2 -> answerSome(run, random);
        default -> {
          if (random.nextBoolean()) {
            retries.takeBack(
                run.runId(), random.nextBoolean() ? List.of() : List.of("A"), Optional.empty());
          } else {
            int first = random.nextInt(JOBS);
            changes.replace(run.runId(), Jobs.jobs(first, first + random.nextInt(5)));
          }
        }
      }
      assertThat(new RunStatusStore(DATABASE.dataSource()).status(run))
          .as("step %d", step)
          .matches(status -> status.jobs() == rows("image_job", run))
          .matches(status -> status.answered() == rows("answer", run))
          .matches(status -> status.failed() == rows("failure", run))
          .matches(status -> status.waiting() == rows("waiting_job", run))
          .matches(status -> status.retries().failures() == rows("past_failure", run))
          .matches(status -> status.retries().answered() == answers("attempt > 1", run))
          .matches(status -> status.reused() == answers("reused_run is not null", run));
    }
    assertThat(new RunStatusStore(DATABASE.dataSource()).status(other).waiting()).isEqualTo(10);
    new RunDeletion(DATABASE.dataSource()).delete(run.runId());
    assertThat(rows("run_count", run)).isZero();
  }

  @Test
  void whatADeletedRunTookIsFreed() {
    Run run = new RunStore(DATABASE.dataSource()).findOrCreate("large");
    jobs.insert(run.runId(), Jobs.jobs(0, 5000));
    long before = bytes();
    RunDeletion deletion = new RunDeletion(DATABASE.dataSource());
    deletion.delete(run.runId());
    deletion.vacuum();
    assertThat(bytes()).isLessThan(before / 2);
  }

  private static long bytes() {
    return JdbcClient.create(DATABASE.dataSource())
        .sql("select pg_relation_size('image_job') + pg_relation_size('waiting_job')")
        .query(Long.class)
        .single();
  }

  private void answerSome(Run run, SplittableRandom random) {
    List<StoredAnswer> answers = new ArrayList<>();
    List<StoredFailure> failures = new ArrayList<>();
    for (StoredJob job : jobs.waitingAfter(run.runId(), JobPosition.START, 8)) {
      if (random.nextInt(3) > 0) {
        answers.add(
            random.nextInt(4) > 0
                ? Jobs.answer(job.jobId(), "yes")
                : Jobs.reused(job.jobId(), "no", new AnswerSource("older", "job")));
      } else {
        failures.add(Jobs.failure(job.jobId(), random.nextBoolean() ? "A" : "B", "no"));
      }
    }
    outcomes.write(run.runId(), answers, failures);
    outcomes.write(run.runId(), answers, List.of());
  }

  private static long answers(String condition, Run run) {
    return rows("(select * from answer where %s) a".formatted(condition), run);
  }

  private static long rows(String table, Run run) {
    return JdbcClient.create(DATABASE.dataSource())
        .sql("select count(*) from %s where run_id = :run".formatted(table))
        .param("run", run.runId())
        .query(Long.class)
        .single();
  }
}
