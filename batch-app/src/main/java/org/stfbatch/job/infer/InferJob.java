package org.stfbatch.job.infer;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedSet;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
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
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;
import org.stfbatch.db.ChunkMetric;
import org.stfbatch.db.ChunkMetricStore;
import org.stfbatch.db.ImageJobStore;
import org.stfbatch.db.JobAttemptStore;
import org.stfbatch.db.JobPosition;
import org.stfbatch.db.OutcomeStore;
import org.stfbatch.db.Run;
import org.stfbatch.db.WorkUnitStore;
import org.stfbatch.db.Worker;
import org.stfbatch.engine.Engine;
import org.stfbatch.image.Availability;
import org.stfbatch.job.BatchRuntime;
import org.stfbatch.job.InputException;
import org.stfbatch.job.JobFailedException;
import org.stfbatch.job.Progress;
import org.stfbatch.job.StopSignal;
import org.stfbatch.job.StoppableReader;

/**
 * The main job: answers the waiting jobs of a run. The caller holds the run's lock, or for a part
 * of it a worker's.
 */
public final class InferJob {
  private static final Logger LOG = LoggerFactory.getLogger(InferJob.class);
  private static final String NAME = "infer";
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

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
  private final AttemptId attempt = new AttemptId();
  private JobAttempts attempts = JobAttempts.uncounted();
  private Optional<Worker> worker = Optional.empty();

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
   * order of images they belong. Jobs whose images did not come for a reason that may pass are
   * asked for again in later passes; if only those are left, it waits for them.
   *
   * @throws InputException if the run has answers with another compression strategy or weight
   *     format
   * @throws JobFailedException if it could not go on; it can be run again
   */
  public Ending run() {
    requireComparable();
    long left = settings.limit().orElse(Long.MAX_VALUE);
    boolean first = !around.isNothing();
    attempts = attempts();
    while (first || left > 0 && isWaiting()) {
      JobExecution execution = batch.runOrResume(job(left, first), run.name());
      if (execution.getStatus() == BatchStatus.STOPPED) {
        return Ending.STOPPED;
      }
      if (execution.getStatus() != BatchStatus.COMPLETED) {
        throw failed(execution);
      }
      long answered = answered(execution);
      left -= answered;
      first = false;
      if (answered == 0 && left > 0 && isWaiting()) {
        Optional<Ending> ending = awaitImages();
        if (ending.isPresent()) {
          return ending.get();
        }
      }
    }
    return Ending.DONE;
  }

  /**
   * Does the step before, answers a part of the run beside other workers that answer others, until
   * nothing waits with any of them, the limit of all is reached or a stop is asked for, and does
   * the step after. What a worker that dies has left is taken over.
   *
   * @param self whose lock the caller holds
   * @throws InputException if the run has answers with another compression strategy or weight
   *     format, or another worker has other settings
   * @throws JobFailedException if it could not go on; it can be run again
   */
  public Ending share(Worker self) {
    return asWorker(
        self,
        units -> {
          Optional<Ending> before = beside(around.before());
          Ending ending = before.isPresent() ? before.get() : shareUntilDone(self, units);
          return ending == Ending.DONE ? beside(around.after()).orElse(ending) : ending;
        });
  }

  /**
   * Answers what waits and what comes, as {@link #follow} does, beside other workers.
   *
   * @param self whose lock the caller holds
   * @throws InputException as {@link #share} does
   * @throws JobFailedException if it could not go on; it can be run again
   */
  public Ending followShared(Worker self) {
    preparer.neverGiveUp();
    return asWorker(
        self,
        units -> {
          ReadAhead.Pages pages = workerPages(self, units);
          return follow(job -> batch.runPart(job, run.name(), UUID.randomUUID()), pages);
        });
  }

  private Ending asWorker(Worker self, Function<WorkUnitStore, Ending> work) {
    requireComparable();
    WorkUnitStore units = new WorkUnitStore(batch.dataSource());
    join(self, units);
    worker = Optional.of(self);
    attempts = JobAttempts.ofWorker(new JobAttemptStore(batch.dataSource()), run.runId());
    try {
      return work.apply(units);
    } finally {
      leave(self, units);
    }
  }

  /** Does a step of the worker's own; the ending, if there is to be one. */
  private Optional<Ending> beside(Optional<Supplier<Step>> step) {
    return step.flatMap(
        made -> {
          Job job = jobBuilder().start(made.get()).build();
          JobExecution execution = batch.runPart(job, run.name(), UUID.randomUUID());
          return endingOf(execution);
        });
  }

  /** Empty if it is to go on. */
  private Optional<Ending> endingOf(JobExecution execution) {
    if (execution.getStatus() == BatchStatus.STOPPED) {
      return Optional.of(Ending.STOPPED);
    }
    if (execution.getStatus() != BatchStatus.COMPLETED) {
      throw failed(execution);
    }
    return Optional.empty();
  }

  /** A worker that ends by itself has died with no job. Without a database, others see to it. */
  private void leave(Worker worker, WorkUnitStore units) {
    try {
      attempts.endAll();
      units.giveBack(worker);
    } catch (DataAccessException | TransactionException e) {
      LOG.info("what worker {} has left is taken over: {}", worker.name(), e.getMessage());
    }
  }

  private Ending shareUntilDone(Worker worker, WorkUnitStore units) {
    while (units.isLeft(worker)) {
      Optional<Ending> ending = hasWork(worker, units) ? answerPart(worker, units) : awaitImages();
      if (ending.isPresent()) {
        return ending.get();
      }
    }
    return Ending.DONE;
  }

  private static boolean hasWork(Worker worker, WorkUnitStore units) {
    return !units.held(worker).isEmpty() || units.take(worker).isPresent();
  }

  /** The ending, if there is to be one. */
  private Optional<Ending> answerPart(Worker worker, WorkUnitStore units) {
    Job part = jobBuilder().start(step(start -> readAhead(worker, units))).build();
    JobExecution execution = batch.runPart(part, run.name(), UUID.randomUUID());
    Optional<Ending> ending = endingOf(execution);
    if (ending.isPresent() || answered(execution) > 0) {
      return ending;
    }
    // Others may try those images, too, or end with them.
    units.giveBack(worker);
    return awaitImages();
  }

  private void join(Worker worker, WorkUnitStore units) {
    WorkerSettings own = WorkerSettings.of(model, settings);
    units
        .join(worker, model.place().device(), new WorkUnitStore.Terms(own.line(), settings.limit()))
        .ifPresent(
            other -> {
              throw new InputException(
                  "run %s is answered by worker %s with other settings (%s), and a run has one kind of answers"
                      .formatted(run.name(), other.name(), differences(own, other)));
            });
  }

  private String differences(WorkerSettings own, WorkUnitStore.OtherTerms other) {
    return other.terms().settings().equals(own.line())
        ? "%s there, %s here; it counts for all workers together"
            .formatted(limited(other.terms().limit()), limited(settings.limit()))
        : own.differences(other.terms().settings());
  }

  private static String limited(OptionalLong limit) {
    return limit.isPresent() ? "--limit " + limit.getAsLong() : "no --limit";
  }

  /** Until it is worth asking again; the ending, if it never is. */
  private Optional<Ending> awaitImages() {
    Availability.Outlook outlook = preparer.outlook();
    if (outlook.nextTry().isEmpty() && !outlook.away().isEmpty()) {
      return Optional.of(Ending.IMAGES_AWAY);
    }
    Duration pause = outlook.nextTry().orElse(LOOK_AGAIN);
    CountDownLatch stopped = new CountDownLatch(1);
    try (StopSignal.Watch watch = stop.whenRequested(stopped::countDown)) {
      return stopped.await(pause.toMillis() + 1, TimeUnit.MILLISECONDS)
          ? Optional.of(Ending.STOPPED)
          : Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new JobFailedException("run " + run.name() + " was interrupted", e);
    }
  }

  /** The hosts and folders that were away for too long. */
  public SortedSet<String> away() {
    return preparer.outlook().away();
  }

  private void requireComparable() {
    new ComparableAnswers(batch.dataSource()).require(run, model.identity());
  }

  private boolean isWaiting() {
    return jobs.isWaiting(run.runId());
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
   * @throws InputException if the run has answers with another compression strategy or weight
   *     format
   * @throws JobFailedException if it could not go on; it can be run again
   */
  public Ending follow() {
    requireComparable();
    preparer.neverGiveUp();
    attempts = attempts();
    return follow(job -> batch.runOrResume(job, run.name()), waiting());
  }

  private Ending follow(Function<Job, JobExecution> start, ReadAhead.Pages pages) {
    JobExecution execution = start.apply(jobBuilder().start(followingStep(pages)).build());
    if (execution.getStatus() != BatchStatus.STOPPED) {
      throw failed(execution);
    }
    return Ending.STOPPED;
  }

  /** How an inference ended that did not fail. */
  public enum Ending {
    DONE,
    STOPPED,
    /** What is left waits for images whose hosts or folders were away for too long. */
    IMAGES_AWAY
  }

  private JobFailedException failed(JobExecution execution) {
    return JobFailedException.of("run " + run.name(), execution);
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
    return step(
        start ->
            readAhead(
                waiting(), new ReadAhead.Bounds(start, limit, ReadAhead.Ending.AT_THE_LAST_JOB)));
  }

  private Step step(Function<JobPosition, ReadAhead> readAhead) {
    StepTimes times = new StepTimes();
    StoppableReader<InFlightJob> reader =
        new StoppableReader<>(new ReadAheadReader(readAhead, times), stop);
    OutcomeWriter writer = writer(times);
    // Retry and skip stay off: an outcome is data, and Spring Batch's write scan can lose items.
    return new ChunkOrientedStepBuilder<InFlightJob, FinishedJob>(
            NAME, batch.jobRepository(), settings.chunk())
        .transactionManager(batch.transactionManager())
        .observationRegistry(batch.observations())
        .reader(reader)
        .processor(new OutcomeProcessor(engine, stop, progress))
        .writer(writer)
        .listener((StepListener) reader)
        .listener((StepListener) writer)
        .build();
  }

  /** A group of jobs is an item here: a chunk would wait until it is full. */
  private Step followingStep(ReadAhead.Pages pages) {
    StepTimes times = new StepTimes();
    FollowingReader reader =
        new FollowingReader(
            () -> readAhead(pages, bounds(JobPosition.START, ReadAhead.Ending.NEVER)),
            settings.chunk(),
            stop,
            times);
    OutcomeProcessor processor = new OutcomeProcessor(engine, stop, progress);
    OutcomeWriter writer = writer(times);
    return new ChunkOrientedStepBuilder<List<InFlightJob>, List<FinishedJob>>(
            NAME, batch.jobRepository(), 1)
        .transactionManager(batch.transactionManager())
        .observationRegistry(batch.observations())
        .reader(reader)
        .processor(
            group -> group.stream().map(processor::process).filter(Objects::nonNull).toList())
        .writer(groups -> groups.forEach(group -> writer.write(new Chunk<>(group))))
        .listener((StepListener) reader)
        .listener((StepListener) writer)
        .allowStartIfComplete(true)
        .build();
  }

  /** All that wait, for a process that has the run for itself. */
  private ReadAhead.Pages waiting() {
    return (position, size) -> jobs.waitingAfter(run.runId(), position, size);
  }

  private ReadAhead readAhead(Worker worker, WorkUnitStore units) {
    return readAhead(
        workerPages(worker, units), bounds(JobPosition.START, ReadAhead.Ending.AT_THE_LAST_JOB));
  }

  /** Twice the batch: what is generated, and what takes its place. */
  private WorkerPages workerPages(Worker worker, WorkUnitStore units) {
    int devices = ChunkMetric.Place.devices(model.place().device());
    return new WorkerPages(jobs, units, worker, attempts, 2L * model.place().batch() * devices);
  }

  private static ReadAhead.Bounds bounds(JobPosition start, ReadAhead.Ending ending) {
    return new ReadAhead.Bounds(start, Long.MAX_VALUE, ending);
  }

  private ReadAhead readAhead(ReadAhead.Pages pages, ReadAhead.Bounds bounds) {
    return new ReadAhead(pages, preparer, engine, imageBytes, settings.window(), bounds, attempts);
  }

  /** Counts those that may have been in work when a process was killed. */
  private JobAttempts attempts() {
    return batch.wasKilled(NAME, run.name())
        ? JobAttempts.counted(
            new JobAttemptStore(batch.dataSource()),
            run.runId(),
            settings.window().jobs() + settings.chunk())
        : JobAttempts.uncounted();
  }

  private OutcomeWriter writer(StepTimes times) {
    return new OutcomeWriter(
        run.runId(),
        worker.map(Worker::name),
        model,
        new OutcomeStore(batch.dataSource()),
        new ChunkMetricStore(batch.dataSource()),
        attempt,
        times,
        new ChunkCost(engine, preparer, times),
        progress,
        Clock.systemUTC());
  }
}
