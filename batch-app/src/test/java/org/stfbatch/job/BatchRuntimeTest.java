package org.stfbatch.job;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.batch.core.BatchStatus;
import org.springframework.batch.core.job.JobExecution;
import org.springframework.batch.core.job.builder.JobBuilder;
import org.springframework.batch.core.job.parameters.JobParametersBuilder;
import org.springframework.batch.core.step.Step;
import org.springframework.batch.core.step.builder.StepBuilder;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.stfbatch.db.testing.TestDatabase;

class BatchRuntimeTest {
  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  @Test
  void aFailureIsStoredWhateverItSays() {
    BatchRuntime batch = new BatchRuntime(DATABASE.dataSource());
    Step step =
        new StepBuilder("quoting", batch.jobRepository())
            .tasklet(
                (contribution, context) -> {
                  throw new IllegalStateException("it holds a\0b and \ud800");
                },
                batch.transactionManager())
            .build();

    JobExecution execution =
        batch.runOnce(
            new JobBuilder("quoting", batch.jobRepository()).start(step).build(),
            new JobParametersBuilder().addString("run", "quoting").toJobParameters());

    assertThat(execution.getStatus()).isEqualTo(BatchStatus.FAILED);
    assertThat(
            JdbcClient.create(DATABASE.dataSource())
                .sql("select exit_message from batch_step_execution where step_name = 'quoting'")
                .query(String.class)
                .single())
        .contains("it holds a\uFFFDb and \uFFFD");
  }
}
