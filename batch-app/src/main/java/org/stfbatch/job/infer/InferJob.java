package org.stfbatch.job.infer;

import java.time.Clock;
import org.springframework.batch.core.BatchStatus;
import org.springframework.batch.core.job.Job;
import org.springframework.batch.core.job.JobExecution;
import org.springframework.batch.core.job.builder.JobBuilder;
import org.springframework.batch.core.listener.StepListener;
import org.springframework.batch.core.step.Step;
import org.springframework.batch.core.step.builder.ChunkOrientedStepBuilder;
import org.stfbatch.db.ChunkMetricStore;
import org.stfbatch.db.ImageJobStore;
import org.stfbatch.db.JobPosition;
import org.stfbatch.db.OutcomeStore;
import org.stfbatch.db.Run;
import org.stfbatch.engine.Engine;
import org.stfbatch.job.BatchRuntime;
import org.stfbatch.job.JobFailedException;
import org.stfbatch.job.Progress;
import org.stfbatch.job.StopSignal;
import org.stfbatch.job.StoppableReader;

/** The main job: answers the waiting jobs of a run. The caller holds the run's lock. */
public final class InferJob {
  private final BatchRuntime batch;
  private final Run run;
  private final InferSettings settings;
  private final JobPreparer preparer;
  private final long imageBytes;
  private final Engine engine;
  private final ModelName model;
  private final Progress progress;
  private final StopSignal stop;
  private final ImageJobStore jobs;

  /**
   * @param preparation how images and prompts are made ready for this engine
   * @param model what answers are signed with
   * @param stop ends the job at its next commit
   */
  public InferJob(
      BatchRuntime batch,
      Run run,
      InferSettings settings,
      JobPreparation preparation,
      Engine engine,
      ModelName model,
      Progress progress,
      StopSignal stop) {
    this.batch = batch;
    this.run = run;
    this.settings = settings;
    this.preparer = preparation.preparer(settings);
    this.imageBytes = preparation.imageBytes();
    this.engine = engine;
    this.model = model;
    this.progress = progress;
    this.stop = stop;
    this.jobs = new ImageJobStore(batch.dataSource());
  }

  /**
   * Answers until nothing waits, the limit is reached or a stop is asked for. Jobs that are
   * ingested meanwhile are answered too, wherever in the order of images they belong.
   *
   * @throws JobFailedException if it could not go on; it can be run again
   */
  public Ending run() {
    long left = settings.limit().orElse(Long.MAX_VALUE);
    while (left > 0 && !jobs.waitingAfter(run.runId(), JobPosition.START, 1).isEmpty()) {
      JobExecution execution = batch.runOrResume(job(left), run.name());
      if (execution.getStatus() == BatchStatus.STOPPED) {
        return Ending.STOPPED;
      }
      if (execution.getStatus() != BatchStatus.COMPLETED) {
        throw failed(execution);
      }
      left -= execution.getStepExecutions().stream().mapToLong(step -> step.getWriteCount()).sum();
    }
    return Ending.DONE;
  }

  /** How an inference ended that did not fail. */
  public enum Ending {
    DONE,
    STOPPED
  }

  private JobFailedException failed(JobExecution execution) {
    Throwable cause = execution.getAllFailureExceptions().stream().findFirst().orElse(null);
    return JobFailedException.of("run " + run.name(), cause);
  }

  private Job job(long limit) {
    return new JobBuilder("infer", batch.jobRepository()).start(step(limit)).build();
  }

  private Step step(long limit) {
    StoppableReader<InFlightJob> reader =
        new StoppableReader<>(
            new ReadAheadReader(
                start ->
                    new ReadAhead(
                        (position, size) -> jobs.waitingAfter(run.runId(), position, size),
                        preparer,
                        engine,
                        imageBytes,
                        settings.window(),
                        start,
                        limit)),
            stop);
    OutcomeWriter writer =
        new OutcomeWriter(
            run.runId(),
            model,
            new OutcomeStore(batch.dataSource()),
            new ChunkMetricStore(batch.dataSource()),
            progress,
            Clock.systemUTC());
    // Retry and skip stay off: an outcome is data, and Spring Batch's write scan can lose items.
    return new ChunkOrientedStepBuilder<InFlightJob, FinishedJob>(
            "infer", batch.jobRepository(), settings.chunk())
        .transactionManager(batch.transactionManager())
        .reader(reader)
        .processor(new OutcomeProcessor())
        .writer(writer)
        .listener((StepListener) reader)
        .listener((StepListener) writer)
        .build();
  }
}
