package org.stfbatch.job.publish;

import java.util.List;
import java.util.UUID;
import org.springframework.batch.core.BatchStatus;
import org.springframework.batch.core.ExitStatus;
import org.springframework.batch.core.job.JobExecution;
import org.springframework.batch.core.job.builder.JobBuilder;
import org.springframework.batch.core.job.parameters.JobParameters;
import org.springframework.batch.core.job.parameters.JobParametersBuilder;
import org.springframework.batch.core.listener.StepExecutionListener;
import org.springframework.batch.core.listener.StepListener;
import org.springframework.batch.core.step.Step;
import org.springframework.batch.core.step.StepExecution;
import org.springframework.batch.core.step.builder.ChunkOrientedStepBuilder;
import org.stfbatch.db.OutcomeFeedStore;
import org.stfbatch.db.OutcomeRow;
import org.stfbatch.db.Run;
import org.stfbatch.job.BatchRuntime;
import org.stfbatch.job.JobFailedException;
import org.stfbatch.job.KafkaConnection;
import org.stfbatch.job.Progress;
import org.stfbatch.job.StopSignal;

/**
 * Publishes the outcomes of a run to a topic exactly once for consumers of committed messages,
 * however often the process is killed or started. If several publish at once, the newest fences the
 * others.
 */
public final class PublishJob {
  /** The name of the step, and of the job that consists of only this step. */
  public static final String NAME = "publish";

  private final BatchRuntime batch;
  private final Run run;
  private final PublishSettings settings;
  private final KafkaConnection kafka;
  private final Progress progress;
  private long published;

  public PublishJob(
      BatchRuntime batch,
      Run run,
      PublishSettings settings,
      KafkaConnection kafka,
      Progress progress) {
    this.batch = batch;
    this.run = run;
    this.settings = settings;
    this.kafka = kafka;
    this.progress = progress;
  }

  /**
   * Publishes the outcomes that are not published yet; when it follows the run, until a stop is
   * requested.
   *
   * @return whether it was stopped
   * @throws JobFailedException if it failed; it can be run again
   */
  public boolean run(StopSignal stop) {
    JobParameters parameters =
        new JobParametersBuilder()
            .addString("run", run.name())
            .addString("publish", UUID.randomUUID().toString())
            .toJobParameters();
    JobExecution execution =
        batch.runOnce(
            new JobBuilder(NAME, batch.jobRepository())
                .observationRegistry(batch.observations())
                .start(step(stop))
                .build(),
            parameters);
    if (execution.getStatus() == BatchStatus.STOPPED) {
      return true;
    }
    if (execution.getStatus() != BatchStatus.COMPLETED) {
      throw failed(execution);
    }
    return false;
  }

  /** Returns the number of outcomes published so far by all executions of the step. */
  public long published() {
    return published;
  }

  /** Creates the step, for use in another job. */
  public Step step(StopSignal stop) {
    OutcomeFeedStore feed = new OutcomeFeedStore(batch.dataSource());
    OutcomePublisher publisher =
        new OutcomePublisher(run, settings.topic(), feed, kafka, progress, stop);
    OutcomeReader reader = new OutcomeReader(feed, run.runId(), settings, publisher, stop);
    StepExecutionListener ending =
        new StepExecutionListener() {
          @Override
          public ExitStatus afterStep(StepExecution execution) {
            published += publisher.published();
            return null;
          }
        };
    return new ChunkOrientedStepBuilder<List<OutcomeRow>, List<OutcomeRow>>(
            NAME, batch.jobRepository(), 1)
        .transactionManager(batch.transactionManager())
        .observationRegistry(batch.observations())
        .reader(reader)
        .writer(publisher)
        .listener((StepListener) reader)
        .listener((StepListener) ending)
        // The broker stores the position, and there may be new outcomes.
        .allowStartIfComplete(true)
        .build();
  }

  private JobFailedException failed(JobExecution execution) {
    return JobFailedException.of("publishing run " + run.name(), execution);
  }
}
