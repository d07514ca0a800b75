package org.stfbatch.job.infer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.stfbatch.db.ImageJobStore;
import org.stfbatch.db.ImagePrompt;
import org.stfbatch.db.JobAttemptStore;
import org.stfbatch.db.JobPosition;
import org.stfbatch.db.JobSettings;
import org.stfbatch.db.NewImageJob;
import org.stfbatch.db.Run;
import org.stfbatch.db.RunStore;
import org.stfbatch.db.StoredJob;
import org.stfbatch.db.testing.TestDatabase;
import org.stfbatch.engine.Failure;
import org.stfbatch.engine.Stage;

/**
 * The job that kills every process that works on it is found and fails; all others are answered.
 */
@Timeout(60)
class JobAttemptsTest {
  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  private static final int JOBS = 6;
  private static final int KILLER = 3;
  private static final JobResult ANSWER =
      JobResult.of(new Failure(Stage.ENGINE, "STANDS_FOR_AN_ANSWER", "", 1));
  private static final Executor AT_ONCE = Runnable::run;

  private Run run;
  private List<StoredJob> jobs;

  /** Simulates the death of a process during its work. */
  private static final class Death extends RuntimeException {}

  @BeforeEach
  void storeJobs() {
    run = new RunStore(DATABASE.dataSource()).findOrCreate("killed");
    ImageJobStore store = new ImageJobStore(DATABASE.dataSource());
    store.insert(run.runId(), IntStream.range(0, JOBS).mapToObj(JobAttemptsTest::job).toList());
    jobs = store.waitingAfter(run.runId(), JobPosition.START, JOBS);
  }

  private static NewImageJob job(int i) {
    ImagePrompt prompt =
        new ImagePrompt(Optional.empty(), Optional.empty(), Optional.empty(), "Why?");
    return NewImageJob.toAnswer("job-" + i, OptionalLong.empty(), prompt, JobSettings.DEFAULTS);
  }

  @Test
  void theKillerFailsAndItsNeighboursDoNot() throws Exception {
    // Once with other jobs in progress, then three times alone.
    for (int death = 1; death <= 4; death++) {
      Process process = new Process(death == 1);
      assertThat(process.isKilled()).as("process %d", death).isTrue();
      assertThat(process.others)
          .as("in progress together with the killer")
          .isEqualTo(death == 1 ? KILLER : 0);
    }
    Process last = new Process(false);

    assertThat(last.isKilled()).isFalse();
    for (int i = 0; i < JOBS; i++) {
      assertThat(last.failure(i).code())
          .isEqualTo(i == KILLER ? "JOB_KILLED_PROCESS" : "STANDS_FOR_AN_ANSWER");
    }
    Failure killer = last.failure(KILLER);
    assertThat(killer.attempts()).isEqualTo(4);
    assertThat(killer.message()).contains("4 processes died").contains("retry");
    assertThat(rows()).isZero();
  }

  private long rows() {
    return JdbcClient.create(DATABASE.dataSource())
        .sql("select count(*) from job_attempt")
        .query(Long.class)
        .single();
  }

  /** A process that works on all jobs; concurrently if it is slow. */
  private final class Process {
    private final boolean slow;
    private final List<CompletableFuture<JobResult>> outcomes = new ArrayList<>();
    private int others;

    Process(boolean slow) {
      this.slow = slow;
    }

    boolean isKilled() throws InterruptedException {
      JobAttempts attempts =
          JobAttempts.counted(new JobAttemptStore(DATABASE.dataSource()), run.runId(), JOBS);
      try {
        for (int i = 0; i < JOBS; i++) {
          int number = i;
          outcomes.add(attempts.start(jobs.get(i), () -> work(number), AT_ONCE));
        }
        return false;
      } catch (Death e) {
        return true;
      }
    }

    private Failure failure(int number) {
      return (Failure) ((JobResult.Computed) outcomes.get(number).join()).outcome();
    }

    private CompletableFuture<JobResult> work(int number) {
      if (number == KILLER) {
        others = (int) outcomes.stream().filter(one -> !one.isDone()).count();
        throw new Death();
      }
      return slow ? new CompletableFuture<>() : CompletableFuture.completedFuture(ANSWER);
    }
  }
}
