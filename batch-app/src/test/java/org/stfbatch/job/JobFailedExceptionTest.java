package org.stfbatch.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.springframework.batch.core.job.JobExecution;
import org.springframework.batch.core.job.JobInstance;
import org.springframework.batch.core.job.parameters.JobParameters;
import org.springframework.dao.OptimisticLockingFailureException;
import org.stfbatch.db.DatabaseOutage;

class JobFailedExceptionTest {
  private final JobExecution execution =
      new JobExecution(1, new JobInstance(1, "infer"), new JobParameters());

  /** Spring Batch then cannot store the step's end, and that failure would hide the cause. */
  @Test
  void theDatabasesAbsenceGoesBeforeWhatFollowsFromIt() {
    execution.addFailureException(new IllegalStateException("the step could not be ended"));
    execution.addFailureException(
        new IllegalStateException("commit failed", new SQLException("shut down", "57P01")));

    JobFailedException failed = JobFailedException.of("run a", execution);

    assertThat(failed).hasMessageContaining("shut down");
    assertThat(DatabaseOutage.isBehind(failed)).isTrue();
  }

  @Test
  void aLostCommitIsAnAbsence() {
    execution.addFailureException(
        new OptimisticLockingFailureException("update step execution with wrong version"));
    assertThat(DatabaseOutage.isBehind(JobFailedException.of("run a", execution))).isTrue();
  }

  @Test
  void otherwiseTheFirstReasonIsNamed() {
    assertThat(JobFailedException.of("run a", execution)).hasMessageContaining("no reason");
    execution.addFailureException(new IllegalStateException("first"));
    for (int later = 0; later < 20; later++) {
      execution.addFailureException(new IllegalStateException("later"));
    }

    JobFailedException failed = JobFailedException.of("run a", execution);

    assertThat(failed).hasMessage("run a failed: first");
    assertThat(DatabaseOutage.isBehind(failed)).isFalse();
  }
}
