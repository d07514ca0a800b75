package org.stfbatch.job.intake;

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
import org.stfbatch.db.ImageJobStore;
import org.stfbatch.db.KafkaReader;
import org.stfbatch.db.KafkaReaderStore;
import org.stfbatch.db.KnownJobStore;
import org.stfbatch.db.Run;
import org.stfbatch.db.RunStore;
import org.stfbatch.job.BatchRuntime;
import org.stfbatch.job.JobFailedException;
import org.stfbatch.job.KafkaConnection;
import org.stfbatch.job.Progress;
import org.stfbatch.job.StopSignal;
import org.stfbatch.kafka.TopicReader;
import org.stfbatch.kafka.TopicRequest;

/**
 * Stores the messages of a topic as jobs of runs, each exactly once, however often the process is
 * killed: the offsets are committed with the jobs. The caller holds the reader's lock.
 */
public final class IntakeJob {
  /** The name of the step, and of the job that consists of only this step. */
  public static final String NAME = "intake";

  private final BatchRuntime batch;
  private final Run run;
  private final IntakeSettings settings;
  private final TopicPositions positions;
  private final KafkaConnection kafka;
  private final Progress progress;
  private IntakeResult result = IntakeResult.NOTHING;

  /**
   * @param run the run of messages that name none
   */
  public IntakeJob(
      BatchRuntime batch,
      Run run,
      IntakeSettings settings,
      TopicPositions positions,
      KafkaConnection kafka,
      Progress progress) {
    this.batch = batch;
    this.run = run;
    this.settings = settings;
    this.positions = positions;
    this.kafka = kafka;
    this.progress = progress;
  }

  /**
   * Reads messages until the bound is reached or a stop is requested.
   *
   * @throws JobFailedException if it failed; it can be run again
   */
  public IntakeResult run(StopSignal stop) {
    JobParameters parameters =
        new JobParametersBuilder()
            .addString("run", run.name())
            .addString("intake", UUID.randomUUID().toString())
            .toJobParameters();
    JobExecution execution =
        batch.runOnce(
            new JobBuilder(NAME, batch.jobRepository())
                .observationRegistry(batch.observations())
                .start(step(stop))
                .build(),
            parameters);
    if (execution.getStatus() != BatchStatus.STOPPED
        && execution.getStatus() != BatchStatus.COMPLETED) {
      throw failed(execution);
    }
    return result;
  }

  /** Returns the sum of what all executions of the step have done so far. */
  public IntakeResult result() {
    return result;
  }

  /** Creates the step, for use in another job. */
  public Step step(StopSignal stop) {
    DeadLetterSender sender = new DeadLetterSender(reader(), kafka, stop);
    MessageReader reader = new MessageReader(this::feed, stop);
    MessageWriter writer =
        new MessageWriter(
            positions,
            run.runId(),
            new KafkaReaderStore(batch.dataSource()),
            new ImageJobStore(batch.dataSource()),
            new KnownJobStore(batch.dataSource()),
            sender,
            progress);
    StepExecutionListener ending =
        new StepExecutionListener() {
          @Override
          public ExitStatus afterStep(StepExecution execution) {
            boolean failed = execution.getStatus() == BatchStatus.FAILED;
            result = result.plus(writer.end(!failed)).stopped(execution.isTerminateOnly());
            return null;
          }
        };
    return new ChunkOrientedStepBuilder<MessageBatch, MessageBatch>(NAME, batch.jobRepository(), 1)
            .transactionManager(batch.transactionManager())
            .observationRegistry(batch.observations())
            .reader(reader)
            .writer(writer)
            .stream(sender)
            .listener((StepListener) reader)
            .listener((StepListener) ending)
            // The offsets are stored separately, and there may be new messages.
            .allowStartIfComplete(true)
            .build();
  }

  private KafkaReader reader() {
    return positions.reader();
  }

  private MessageFeed feed() {
    KafkaReader reader = reader();
    TopicRequest request =
        positions.request(settings.bound(), settings.skipGap()).atMost(settings.chunk());
    return new MessageFeed(
        new TopicReader(kafka.settings(), request, kafka.listener()),
        reader.group(),
        settings.chunk(),
        settings.maxMessages().orElse(Long.MAX_VALUE) - result.read(),
        opened -> session(reader.topic(), request, opened));
  }

  private MessageFeed.Session session(
      String topic, TopicRequest request, MessageFeed.Opened opened) {
    RunTargets targets =
        new RunTargets(
            new RunStore(batch.dataSource()),
            new ImageJobStore(batch.dataSource()),
            topic,
            settings.folders(),
            run);
    return new MessageFeed.Session(
        new JobMessages(topic, targets),
        positions.begin(request, opened.identity(), opened.positions()));
  }

  private JobFailedException failed(JobExecution execution) {
    return JobFailedException.of("intake into run " + run.name(), execution);
  }
}
