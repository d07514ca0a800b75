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
import org.stfbatch.db.ImageJobStore;
import org.stfbatch.db.JobAttemptStore;
import org.stfbatch.db.JobPosition;
import org.stfbatch.db.ReusableAnswerStore;
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
 * Inference job: answers the waiting jobs of a run. The caller holds the run's lock, or a worker's
 * lock for a part of a shared run.
 */
public final class InferJob {
  private static final Logger LOG = LoggerFactory.getLogger(InferJob.class);
  private static final String NAME = "infer";
  private static final Duration DEFAULT_RETRY = Duration.ofSeconds(1);

  private final BatchRuntime batch;
  private final Run run;
  private final InferSettings settings;
  private final JobPreparer preparer;
  private final long imageBytes;
  private final boolean truncatesPrompts;
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
   * Optional steps of the same job before and after the inference step.
   *
   * @param before stores jobs in the run
   * @param after publishes or scores outcomes
   */
  public record Around(Optional<Supplier<Step>> before, Optional<Supplier<Step>> after) {
    /** No other steps. */
    public static final Around NOTHING = new Around(Optional.empty(), Optional.empty());

    private boolean isNothing() {
      return before.isEmpty() && after.isEmpty();
    }
  }

  /**
   * @param stop ends the job at its next commit
   */
  public InferJob(
      BatchRuntime batch,
      Run run,
      InferSettings settings,
      ServedModel served,
      Progress progress,
      StopSignal stop) {
    this(batch, run, settings, served, progress, stop, Around.NOTHING);
  }

  /**
   * @param stop ends the job at its next commit
   * @param around the steps before and after the inference step
   */
  public InferJob(
      BatchRuntime batch,
      Run run,
      InferSettings settings,
      ServedModel served,
      Progress progress,
      StopSignal stop,
      Around around) {
    this.batch = batch;
    this.run = run;
    this.settings = settings;
    this.preparer = served.preparation().preparer(settings, reuse(batch, settings, served));
    this.imageBytes = served.preparation().imageBytes();
    this.truncatesPrompts = served.preparation().truncatesPrompts();
    this.engine = served.engine();
    this.model = served.name();
    this.progress = progress;
    this.stop = stop;
    this.around = around;
    this.jobs = new ImageJobStore(batch.dataSource());
  }

  private static AnswerReuse reuse(BatchRuntime batch, InferSettings settings, ServedModel served) {
    ReuseKeys keys =
        new ReuseKeys(
            new ReuseKeys.Answering(
                served.name().identity(),
                served.name().place().dtype(),
                served.preparation().truncatesPrompts()));
    AnswerReuse.Lookup lookup =
        settings.reuse().isEnabled()
            ? new CombinedLookup(
                new ReusableAnswerStore(batch.dataSource()), settings.reuse().runId())
            : AnswerReuse.Lookup.NONE;
    return new AnswerReuse(keys, lookup);
  }

  /**
   * Runs the step before, answers until no job waits, the limit is reached or a stop is requested,
   * and runs the step after. Jobs that are added meanwhile are answered too, wherever they belong
   * in the order of images. Jobs whose images failed with a transient error are retried in later
   * passes; if only those are left, the job waits for their images.
   *
   * @throws InputException if the run has answers with another compression strategy or weight
   *     format
   * @throws JobFailedException if it failed; it can be run again
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
   * Answers a part of a shared run as one of its workers: runs the step before, answers until no
   * job waits at any worker, the common limit is reached or a stop is requested, and runs the step
   * after. Work units of a worker that dies are taken over.
   *
   * @param self the worker whose lock the caller holds
   * @throws InputException if the run has answers with another compression strategy or weight
   *     format, or another worker has other settings
   * @throws JobFailedException if it failed; it can be run again
   */
  public Ending share(Worker self) {
    return asWorker(
        self,
        units -> {
          Optional<Ending> before = runOwnStep(around.before());
          Ending ending = before.isPresent() ? before.get() : shareUntilDone(self, units);
          return ending == Ending.DONE ? runOwnStep(around.after()).orElse(ending) : ending;
        });
  }

  /**
   * Follows a shared run as one of its workers, as {@link #follow} does.
   *
   * @param self the worker whose lock the caller holds
   * @throws InputException as {@link #share} does
   * @throws JobFailedException if it failed; it can be run again
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

  /** Runs a step of this worker only. Returns the ending if the work ends here. */
  private Optional<Ending> runOwnStep(Optional<Supplier<Step>> step) {
    return step.flatMap(
        made -> {
          Job job = jobBuilder().start(made.get()).build();
          JobExecution execution = batch.runPart(job, run.name(), UUID.randomUUID());
          return endingOf(execution);
        });
  }

  /** Returns the ending; empty if the work continues. */
  private Optional<Ending> endingOf(JobExecution execution) {
    if (execution.getStatus() == BatchStatus.STOPPED) {
      return Optional.of(Ending.STOPPED);
    }
    if (execution.getStatus() != BatchStatus.COMPLETED) {
      throw failed(execution);
    }
    return Optional.empty();
  }

  /**
   * Releases the worker's jobs and work units: a regular end counts as no job's death. If the
   * database is away, other workers take the units over later.
   */
  private void leave(Worker worker, WorkUnitStore units) {
    try {
      attempts.endAll();
      units.giveBack(worker);
    } catch (DataAccessException | TransactionException e) {
      LOG.info(
          "worker {} could not release its work units, so other workers take them over: {}",
          worker.name(),
          e.getMessage());
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

  /** Answers jobs of the held units. Returns the ending if the work ends here. */
  private Optional<Ending> answerPart(Worker worker, WorkUnitStore units) {
    Job part = jobBuilder().start(step(start -> readAhead(worker, units))).build();
    JobExecution execution = batch.runPart(part, run.name(), UUID.randomUUID());
    Optional<Ending> ending = endingOf(execution);
    if (ending.isPresent() || answered(execution) > 0) {
      return ending;
    }
    // Other workers may try these images, or fail the jobs.
    units.giveBack(worker);
    return awaitImages();
  }

  private void join(Worker worker, WorkUnitStore units) {
    WorkerSettings own = WorkerSettings.of(model, settings, truncatesPrompts);
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

  /**
   * Waits until a retry of the images is due. Returns the ending if no image will be retried or a
   * stop is requested.
   */
  private Optional<Ending> awaitImages() {
    Availability.Outlook outlook = preparer.outlook();
    if (outlook.nextTry().isEmpty() && !outlook.away().isEmpty()) {
      return Optional.of(Ending.IMAGES_AWAY);
    }
    Duration pause = outlook.nextTry().orElse(DEFAULT_RETRY);
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

  /** Returns the hosts and folders that were unavailable for too long. */
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
   * Follows the run: answers waiting and newly added jobs until a stop is requested. It runs
   * concurrently with the jobs that add work and publish outcomes.
   *
   * @throws InputException if the run has answers with another compression strategy or weight
   *     format
   * @throws JobFailedException if it failed; it can be run again
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

  /** How an inference job ended without a failure. */
  public enum Ending {
    DONE,
    STOPPED,
    /** The remaining jobs wait for images whose hosts or folders were unavailable for too long. */
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
    // Spring Batch's retry and skip are not used: a failure is an outcome that is stored, and the
    // scan of a failed chunk's items can lose some.
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

  /**
   * Creates the step whose items are groups of jobs: a chunk of single jobs would wait until it is
   * full.
   */
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

  /** Pages of all waiting jobs, for a process that answers the run alone. */
  private ReadAhead.Pages waiting() {
    return (position, size) -> jobs.waitingAfter(run.runId(), position, size);
  }

  private ReadAhead readAhead(Worker worker, WorkUnitStore units) {
    return readAhead(
        workerPages(worker, units), bounds(JobPosition.START, ReadAhead.Ending.AT_THE_LAST_JOB));
  }

  /**
   * Pages of the worker's units. The worker reads ahead twice the batch: the jobs being generated
   * and those that replace them.
   */
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

  /**
   * Counts the attempts of jobs that may have been in progress when the previous process was
   * killed.
   */
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
        new Provenance(run.runId(), worker.map(Worker::name), model),
        OutcomeStores.of(batch.dataSource()),
        attempt,
        new ChunkCost(engine, preparer, times),
        progress,
        Clock.systemUTC());
  }
}
