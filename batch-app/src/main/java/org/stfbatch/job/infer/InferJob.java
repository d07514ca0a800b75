package org.stfbatch.job.infer;

import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.springframework.batch.core.BatchStatus;
import org.springframework.batch.core.job.Job;
import org.springframework.batch.core.job.JobExecution;
import org.springframework.batch.core.job.builder.JobBuilder;
import org.springframework.batch.core.job.builder.SimpleJobBuilder;
import org.springframework.batch.core.listener.StepListener;
import org.springframework.batch.core.step.Step;
import org.springframework.batch.core.step.StepExecution;
import org.springframework.batch.core.step.builder.ChunkOrientedStepBuilder;
import org.springframework.batch.infrastructure.item.Chunk;
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
  private static final String NAME = "infer";

  private final BatchRuntime batch;
  private final Run run;
  private final InferSettings settings;
  private final JobPreparer preparer;
  private final long imageBytes;
  private final Engine engine;
  private final ModelName model;
  private final Progress progress;
  private final StopSignal stop;
  private final Around around;
  private final ImageJobStore jobs;

  /**
   * Steps of the same job beside the one that answers.
   *
   * @param before brings jobs into the run
   * @param after hands outcomes on
   */
  public record Around(Optional<Supplier<Step>> before, Optional<Supplier<Step>> after) {
    /** No other steps. */
    public static final Around NOTHING = new Around(Optional.empty(), Optional.empty());

    private boolean isNothing() {
      return before.isEmpty() && after.isEmpty();
    }
  }

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
    this(batch, run, settings, preparation, engine, model, progress, stop, Around.NOTHING);
  }

  /**
   * @param around further steps of the job
   */
  public InferJob(
      BatchRuntime batch,
      Run run,
      InferSettings settings,
      JobPreparation preparation,
      Engine engine,
      ModelName model,
      Progress progress,
      StopSignal stop,
      Around around) {
    this.batch = batch;
    this.run = run;
    this.settings = settings;
    this.preparer = preparation.preparer(settings);
    this.imageBytes = preparation.imageBytes();
    this.engine = engine;
    this.model = model;
    this.progress = progress;
    this.stop = stop;
    this.around = around;
    this.jobs = new ImageJobStore(batch.dataSource());
  }

  /**
   * Does the step before, answers until nothing waits, the limit is reached or a stop is asked for,
   * and does the step after. Jobs that are ingested meanwhile are answered too, wherever in the
   * order of images they belong.
   *
   * @throws JobFailedException if it could not go on; it can be run again
   */
  public Ending run() {
    long left = settings.limit().orElse(Long.MAX_VALUE);
    boolean first = !around.isNothing();
    while (first || left > 0 && isWaiting()) {
      JobExecution execution = batch.runOrResume(job(left, first), run.name());
      if (execution.getStatus() == BatchStatus.STOPPED) {
        return Ending.STOPPED;
      }
      if (execution.getStatus() != BatchStatus.COMPLETED) {
        throw failed(execution);
      }
      left -= answered(execution);
      first = false;
    }
    return Ending.DONE;
  }

  private boolean isWaiting() {
    return !jobs.waitingAfter(run.runId(), JobPosition.START, 1).isEmpty();
  }

  private static long answered(JobExecution execution) {
    return execution.getStepExecutions().stream()
        .filter(step -> step.getStepName().equals(NAME))
        .mapToLong(StepExecution::getWriteCount)
        .sum();
  }

  /**
   * Answers what waits and what comes, until a stop is asked for: to be run beside what brings jobs
   * and what hands outcomes on.
   *
   * @throws JobFailedException if it could not go on; it can be run again
   */
  public Ending follow() {
    Job job = jobBuilder().start(followingStep()).build();
    JobExecution execution = batch.runOrResume(job, run.name());
    if (execution.getStatus() != BatchStatus.STOPPED) {
      throw failed(execution);
    }
    return Ending.STOPPED;
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

  private Job job(long limit, boolean withBefore) {
    List<Step> steps = new ArrayList<>();
    around.before().filter(before -> withBefore).ifPresent(before -> steps.add(before.get()));
    steps.add(step(limit));
    around.after().ifPresent(after -> steps.add(after.get()));
    SimpleJobBuilder job = jobBuilder().start(steps.get(0));
    steps.subList(1, steps.size()).forEach(job::next);
    return job.build();
  }

  private JobBuilder jobBuilder() {
    return new JobBuilder(NAME, batch.jobRepository()).observationRegistry(batch.observations());
  }

  private Step step(long limit) {
    StepTimes times = new StepTimes();
    StoppableReader<InFlightJob> reader =
        new StoppableReader<>(
            new ReadAheadReader(
                start -> readAhead(start, limit, ReadAhead.Ending.AT_THE_LAST_JOB), times),
            stop);
    OutcomeWriter writer = writer(times);
    // Retry and skip stay off: an outcome is data, and Spring Batch's write scan can lose items.
    return new ChunkOrientedStepBuilder<InFlightJob, FinishedJob>(
            NAME, batch.jobRepository(), settings.chunk())
        .transactionManager(batch.transactionManager())
        .observationRegistry(batch.observations())
        .reader(reader)
        .processor(new OutcomeProcessor())
        .writer(writer)
        .listener((StepListener) reader)
        .listener((StepListener) writer)
        .build();
  }

  /** A group of jobs is an item here: a chunk would wait until it is full. */
  private Step followingStep() {
    StepTimes times = new StepTimes();
    FollowingReader reader =
        new FollowingReader(
            () -> readAhead(JobPosition.START, Long.MAX_VALUE, ReadAhead.Ending.NEVER),
            settings.chunk(),
            stop,
            times);
    OutcomeProcessor processor = new OutcomeProcessor();
    OutcomeWriter writer = writer(times);
    return new ChunkOrientedStepBuilder<List<InFlightJob>, List<FinishedJob>>(
            NAME, batch.jobRepository(), 1)
        .transactionManager(batch.transactionManager())
        .observationRegistry(batch.observations())
        .reader(reader)
        .processor(group -> group.stream().map(processor::process).toList())
        .writer(groups -> groups.forEach(group -> writer.write(new Chunk<>(group))))
        .listener((StepListener) reader)
        .listener((StepListener) writer)
        .allowStartIfComplete(true)
        .build();
  }

  private ReadAhead readAhead(JobPosition start, long limit, ReadAhead.Ending ending) {
    return new ReadAhead(
        (position, size) -> jobs.waitingAfter(run.runId(), position, size),
        preparer,
        engine,
        imageBytes,
        settings.window(),
        start,
        limit,
        ending);
  }

  private OutcomeWriter writer(StepTimes times) {
    return new OutcomeWriter(
        run.runId(),
        model,
        new OutcomeStore(batch.dataSource()),
        new ChunkMetricStore(batch.dataSource()),
        times,
        new ChunkCost(engine, preparer, times),
        progress,
        Clock.systemUTC());
  }
}
