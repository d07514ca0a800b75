package org.stfbatch.job.listen;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.springframework.batch.core.step.Step;
import org.stfbatch.db.Database;
import org.stfbatch.db.ImageJobStore;
import org.stfbatch.db.OutcomeFeedStore;
import org.stfbatch.db.Run;
import org.stfbatch.db.RunStatus;
import org.stfbatch.db.RunStatusStore;
import org.stfbatch.db.RunStore;
import org.stfbatch.db.RunTrigger;
import org.stfbatch.db.RunTriggerStore;
import org.stfbatch.db.Worker;
import org.stfbatch.job.BatchRuntime;
import org.stfbatch.job.Claim;
import org.stfbatch.job.Claims;
import org.stfbatch.job.InputException;
import org.stfbatch.job.JobFailedException;
import org.stfbatch.job.KafkaConnection;
import org.stfbatch.job.Lockable;
import org.stfbatch.job.Progress;
import org.stfbatch.job.StopSignal;
import org.stfbatch.job.infer.InferJob;
import org.stfbatch.job.ingest.IngestJob;
import org.stfbatch.job.ingest.IngestTerms;
import org.stfbatch.job.ingest.OnChange;
import org.stfbatch.job.ingest.QuestionFormat;
import org.stfbatch.job.ingest.QuestionSource;
import org.stfbatch.job.intake.IntakeJob;
import org.stfbatch.job.intake.IntakeSettings;
import org.stfbatch.job.intake.TopicPositions;
import org.stfbatch.job.publish.PublishJob;
import org.stfbatch.job.publish.PublishSettings;
import org.stfbatch.kafka.ReadBound;
import org.stfbatch.kafka.message.MessageException;
import org.stfbatch.kafka.message.MessageHeaders;
import org.stfbatch.kafka.message.RunTriggerMessage;
import org.stfbatch.kafka.message.RunTriggerMessage.ExistingRun;
import org.stfbatch.kafka.message.RunTriggerMessage.Questions;
import org.stfbatch.kafka.message.RunTriggerMessage.TopicSlice;

/** Executes one trigger, or resumes it. */
final class TriggerWork {
  /**
   * Accepts a file that has most questions under other ids: no user is present to confirm that this
   * is intended.
   */
  private static final IngestTerms TERMS = new IngestTerms(Optional.empty(), OnChange.KEEP, true);

  private final Database database;
  private final BatchRuntime batch;
  private final KafkaConnection kafka;
  private final ListenSettings settings;
  private final Answering answering;
  private final Claims claims;
  private final Sharing sharing;
  private final RunTriggerStore triggers;
  private final RunStore runs;
  private final ImageJobStore jobs;
  private final OutcomeFeedStore outcomes;

  TriggerWork(
      Database database,
      BatchRuntime batch,
      KafkaConnection kafka,
      ListenSettings settings,
      Answering answering,
      Claims claims,
      Sharing sharing) {
    this.database = database;
    this.batch = batch;
    this.kafka = kafka;
    this.settings = settings;
    this.answering = answering;
    this.claims = claims;
    this.sharing = sharing;
    this.triggers = new RunTriggerStore(batch.dataSource());
    this.runs = new RunStore(batch.dataSource());
    this.jobs = new ImageJobStore(batch.dataSource());
    this.outcomes = new OutcomeFeedStore(batch.dataSource());
  }

  /**
   * Stores the trigger's jobs in its run and answers them.
   *
   * @return the run's name; empty if it was stopped before it was done
   * @throws InputException if the trigger names something that does not exist or is not allowed
   * @throws JobFailedException if it exceeded its time limit
   */
  Optional<String> carryOut(RunTrigger trigger, StopSignal stop) {
    RunTriggerMessage message = message(trigger);
    Duration allowed = message.timeLimit().orElse(settings.timeLimit());
    StopSignal work = stop.forPart();
    try (TimeLimit limit = new TimeLimit(allowed, work)) {
      Optional<String> done;
      try {
        done = carryOut(trigger, message, work);
      } catch (JobFailedException e) {
        throw limit.isOver() && !stop.isRequested() ? tookTooLong(message, allowed, e) : e;
      }
      if (done.isEmpty() && limit.isOver() && !stop.isRequested()) {
        throw tookTooLong(message, allowed, null);
      }
      return done;
    }
  }

  private static JobFailedException tookTooLong(
      RunTriggerMessage message, Duration limit, JobFailedException cause) {
    return new JobFailedException(
        ("its time limit of %d s is over: what was taken in and answered is kept; ask for run %s again to go on, or"
                + " give it more time_limit_seconds")
            .formatted(limit.toSeconds(), message.run()),
        cause);
  }

  private Optional<String> carryOut(
      RunTrigger trigger, RunTriggerMessage message, StopSignal stop) {
    Run run = run(message);
    triggers.start(trigger.triggerId(), run.runId(), outcomes.lastSequence(run.runId()));
    Optional<Worker> worker = sharing.worker(run).filter(one -> message.limit().isEmpty());
    try (Claim claim = claims.take(locks(message, run, worker), stop)) {
      return claim.work(part -> carryOut(trigger, message, run, worker, part))
          ? Optional.of(run.name())
          : Optional.empty();
    }
  }

  /**
   * Answers a part of the run that another process executes for a trigger, until no job waits. A
   * trigger with a limit is left to that process.
   *
   * @return whether there were jobs to answer
   * @throws InputException if this process has other settings than the other workers
   */
  boolean join(RunTrigger trigger, StopSignal stop) {
    RunTriggerMessage message = message(trigger);
    Optional<Run> run =
        trigger
            .run()
            .filter(name -> message.limit().isEmpty())
            .flatMap(runs::find)
            .filter(found -> jobs.isWaiting(found.runId()));
    Optional<Worker> worker = run.flatMap(sharing::worker);
    return worker.isPresent() && join(run.get(), worker.get(), stop);
  }

  private boolean join(Run run, Worker worker, StopSignal stop) {
    Optional<Claim> claimed = claims.tryTake(List.of(Lockable.worker(database, run, worker)), stop);
    if (claimed.isEmpty()) {
      return false;
    }
    try (Claim claim = claimed.get()) {
      claim.once(
          part ->
              answering
                  .infer(run, OptionalLong.empty(), InferJob.Around.NOTHING, part)
                  .share(worker));
    }
    return true;
  }

  private static RunTriggerMessage message(RunTrigger trigger) {
    try {
      return RunTriggerMessage.parse(
          trigger.request().getBytes(StandardCharsets.UTF_8), MessageHeaders.NONE);
    } catch (MessageException e) {
      throw new InputException(e.getMessage(), e);
    }
  }

  private Run run(RunTriggerMessage message) {
    if (message.source() instanceof ExistingRun) {
      return runs.find(message.run())
          .orElseThrow(
              () ->
                  new InputException(
                      "there is no run " + message.run() + ": name questions or a topic for it"));
    }
    return runs.findOrCreate(message.run());
  }

  private List<Lockable> locks(RunTriggerMessage message, Run run, Optional<Worker> worker) {
    List<Lockable> locks = new ArrayList<>();
    locks.add(Lockable.answering(database, run, worker));
    if (message.source() instanceof TopicSlice slice) {
      locks.add(Lockable.reader(database, positions(slice).reader()));
    }
    return locks;
  }

  private TopicPositions positions(TopicSlice slice) {
    return new TopicPositions(batch.dataSource(), settings.group(), slice.topic());
  }

  private boolean carryOut(
      RunTrigger trigger,
      RunTriggerMessage message,
      Run run,
      Optional<Worker> worker,
      StopSignal stop) {
    if (message.source() instanceof Questions questions && !ingest(questions, run, stop)) {
      return false;
    }
    InferJob.Around around =
        new InferJob.Around(intake(trigger, message, run, stop), publish(run, stop));
    InferJob job = answering.infer(run, limit(trigger, message, run), around, stop);
    InferJob.Ending ending = worker.map(job::share).orElseGet(job::run);
    if (ending == InferJob.Ending.IMAGES_AWAY) {
      throw new JobFailedException(
          "images of %s were unavailable for too long, and the jobs that need them still wait in run %s: trigger the run again"
              .formatted(String.join(", ", job.away()), run.name()),
          null);
    }
    if (ending == InferJob.Ending.DONE) {
      requireAnswers(run);
    }
    return ending == InferJob.Ending.DONE;
  }

  private void requireAnswers(Run run) {
    RunStatus status = new RunStatusStore(batch.dataSource()).status(run);
    Optional<String> problem = settings.maxFailed().problem(status);
    if (problem.isPresent()) {
      throw new JobFailedException(
          "run %s has %d answers and %d failures: %s"
              .formatted(run.name(), status.answered(), status.failed(), problem.get()),
          null);
    }
  }

  private boolean ingest(Questions questions, Run run, StopSignal stop) {
    Path file = settings.folders().existing(questions.file());
    Path images = questions.images().map(settings.folders()::existing).orElseGet(file::getParent);
    // Opening a pipe would block until it has a writer.
    if (!Files.isReadable(file) || !Files.isRegularFile(file)) {
      throw new InputException("the question file " + file + " cannot be read");
    }
    if (!Files.isDirectory(images)) {
      throw new InputException("the image folder " + images + " is not there");
    }
    return !new IngestJob(batch, run, Progress.none(), stop, TERMS)
        .fromOutside()
        .questions(QuestionSource.of(file, images), QuestionFormat.of(file))
        .stopped();
  }

  private Optional<Supplier<Step>> intake(
      RunTrigger trigger, RunTriggerMessage message, Run run, StopSignal stop) {
    if (!(message.source() instanceof TopicSlice slice)) {
      return Optional.empty();
    }
    OptionalLong left = left(slice.maxJobs(), taken(trigger));
    if (left.isPresent() && left.getAsLong() == 0) {
      return Optional.empty();
    }
    IntakeSettings intake =
        new IntakeSettings(
            settings.folders(),
            slice.untilEnd() ? ReadBound.untilEnd() : ReadBound.follow(),
            left,
            false,
            IntakeSettings.CHUNK);
    // Counted in the transaction that stores the messages.
    Progress counting = step -> triggers.took(trigger.triggerId(), step.done());
    IntakeJob job = new IntakeJob(batch, run, intake, positions(slice), kafka, counting);
    return Optional.of(() -> job.step(stop));
  }

  private Optional<Supplier<Step>> publish(Run run, StopSignal stop) {
    return settings
        .publishTo()
        .map(
            topic ->
                () ->
                    new PublishJob(
                            batch,
                            run,
                            new PublishSettings(topic, false, PublishSettings.PAGE),
                            kafka,
                            Progress.none())
                        .step(stop));
  }

  private long taken(RunTrigger trigger) {
    return triggers.progress(trigger.triggerId()).taken();
  }

  private OptionalLong limit(RunTrigger trigger, RunTriggerMessage message, Run run) {
    long before = triggers.progress(trigger.triggerId()).sequenceBefore();
    return left(message.limit(), outcomes.lastSequence(run.runId()) - before);
  }

  private static OptionalLong left(OptionalLong all, long done) {
    return all.isEmpty() ? all : OptionalLong.of(Math.max(0, all.getAsLong() - done));
  }
}
