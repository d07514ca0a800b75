package org.stfbatch.db;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.stfbatch.db.testing.TestDatabase;

class JobAttemptStoreTest {
  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  @Test
  void countsTheAttemptsThatNeverEnded() {
    Run run = new RunStore(DATABASE.dataSource()).findOrCreate("attempts");
    ImageJobStore jobs = new ImageJobStore(DATABASE.dataSource());
    jobs.insert(run.runId(), Jobs.jobs(1, 2));
    List<StoredJob> waiting = jobs.waitingAfter(run.runId(), JobPosition.START, 2);
    long first = waiting.get(0).jobId();
    long second = waiting.get(1).jobId();
    JobAttemptStore attempts = new JobAttemptStore(DATABASE.dataSource());

    assertThat(attempts.begin(run.runId(), first)).isZero();
    assertThat(attempts.begin(run.runId(), first)).isEqualTo(1);
    assertThat(attempts.begin(run.runId(), second)).isZero();
    assertThat(attempts.begin(run.runId(), first)).isEqualTo(2);

    attempts.end(first);

    assertThat(attempts.begin(run.runId(), first)).isZero();
    assertThat(attempts.begin(run.runId(), second)).isEqualTo(1);
  }
}
