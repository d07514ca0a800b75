package org.stfbatch.cli.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.function.LongSupplier;
import org.stfbatch.cli.console.ConsoleProgress;
import org.stfbatch.cli.console.Logged;
import org.stfbatch.cli.console.Notices;
import org.stfbatch.cli.live.LiveOptions;
import org.stfbatch.cli.option.LoadedModel;
import org.stfbatch.cli.option.WorkerOptions;
import org.stfbatch.cli.service.Brokers;
import org.stfbatch.cli.service.ExitCode;
import org.stfbatch.cli.service.Shutdown;
import org.stfbatch.cli.service.Stores;
import org.stfbatch.db.Run;
import org.stfbatch.db.RunStatus;
import org.stfbatch.db.RunStatusStore;
import org.stfbatch.db.RunStore;
import org.stfbatch.db.Worker;
import org.stfbatch.job.BatchRuntime;
import org.stfbatch.job.Claim;
import org.stfbatch.job.Lockable;
import org.stfbatch.job.Progress;
import org.stfbatch.job.StopSignal;
import org.stfbatch.job.infer.ComparableAnswers;
import org.stfbatch.job.infer.InferJob;
import org.stfbatch.job.infer.InferSettings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code infer}: answers a run. */
@Command(
    name = "infer",
    description = {
      "Answers the waiting jobs of a run.",
      "SIGTERM or Ctrl-C stops it at the next commit. After an interruption at any point, the same command resumes."
    },
    footer = {
      "  stf-batch infer --run nightly --model llava-stf-7b",
      "  stf-batch infer --run nightly --model llava-stf-7b --max-new-tokens 64 --http 8080",
      "  stf-batch infer --run nightly --model llava-stf-7b --share",
      "  stf-batch infer --run nightly --model llava-stf-7b --reuse-answers"
    })
public final class InferCommand implements Callable<Integer>, Logged {
  private final Stores stores;
  private final Brokers brokers;
  private final Shutdown shutdown;
  private final StopSignal stopSignal = new StopSignal();

  @Option(names = "--run", required = true, paramLabel = "RUN", description = "The run.")
  private String runName;

  @Mixin private WorkerOptions worker;
  @Mixin private InferKafkaOptions kafka;
  @Mixin private AnswerOptions answers;
  @Mixin private ReuseOptions reuse;
  @Mixin private LiveOptions live;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description =
          "Answer at most N jobs, in the order of their images' names (jobs without an image first), then end.")
  private Long limit;

  InferCommand(Stores stores, Brokers brokers, Shutdown shutdown) {
    this.stores = stores;
    this.brokers = brokers;
    this.shutdown = shutdown;
  }

  @Override
  public Optional<String> loggedRun() {
    return Optional.ofNullable(runName);
  }

  @Override
  public Integer call() {
    answers.check();
    kafka.check(limit, worker.isShared());
    worker.check();
    live.check();
    InferSettings checked = settings();
    shutdown.guard(stopSignal);
    try (Stores.Connected db = stores.open(stopSignal)) {
      Run run = kafka.isSource() ? created(db) : db.run(runName);
      InferSettings settings = checked.reusing(reuse.scope(db));
      Optional<Worker> self = worker.worker(db.database(), run);
      List<Lockable> wanted =
          new ArrayList<>(List.of(Lockable.answering(db.database(), run, self)));
      if (!kafka.isUsed()) {
        return call(db, run, settings, wanted, new NoKafka(self));
      }
      try (Brokers.Connected broker = brokers.open(stopSignal)) {
        KafkaJobs jobs =
            new KafkaJobs(db.database(), run, kafka, broker.kafka(), live.observations());
        if (self.isPresent()) {
          InferSurroundings work =
              new SharedKafkaWork(kafka.isFollowing(), self.get(), jobs, db.claims());
          return call(db, run, settings, wanted, work);
        }
        KafkaWork work = new KafkaWork(kafka, broker.kafka(), jobs);
        wanted.addAll(work.locks());
        return call(db, run, settings, wanted, work);
      }
    }
  }

  private Run created(Stores.Connected db) {
    return new RunStore(db.database().dataSource()).findOrCreate(runName);
  }

  private int call(
      Stores.Connected db,
      Run run,
      InferSettings settings,
      List<Lockable> wanted,
      InferSurroundings surroundings) {
    try (Claim claim = db.claim(wanted, stopSignal)) {
      // Checked before messages are read from a topic, because they would belong to this run.
      new ComparableAnswers(db.database().dataSource()).require(run, answers.comparableSettings());
      surroundings.prepare(stopSignal);
      RunStatus before = status(db, run);
      if (before.waiting() == 0 && !kafka.isUsed()) {
        System.out.println("run " + runName + ": nothing is waiting" + tooManyFailed(before));
        return answers.maxFailed().problem(before).isPresent() ? ExitCode.FAILED : 0;
      }
      return answer(db, run, claim, before, settings, surroundings);
    }
  }

  private InferSettings settings() {
    if (limit != null && limit < 1) {
      throw new IllegalArgumentException("limit must be at least 1, not " + limit);
    }
    return answers.settings(limit == null ? OptionalLong.empty() : OptionalLong.of(limit));
  }

  private int answer(
      Stores.Connected db,
      Run run,
      Claim claim,
      RunStatus before,
      InferSettings settings,
      InferSurroundings surroundings) {
    long started = System.nanoTime();
    Notices.onStderr(RunSummary.begun(before));
    try (LoadedModel model = answers.load(jobsExpected(before, settings))) {
      InferJob.Ending ending = run(db, run, claim, before, settings, model, surroundings);
      surroundings.report();
      RunStatus after = status(db, run);
      RunSummary summary = new RunSummary(before, after, System.nanoTime() - started);
      Notices.summary(
          summary.line(how(after, ending), worker.isShared())
              + answers.maxFailed().problem(after).map(problem -> "; " + problem).orElse(""),
          isGood(after, ending));
      return report(after, ending);
    }
  }

  /** Returns the number of jobs to expect; unknown while a topic is followed. */
  private long jobsExpected(RunStatus before, InferSettings settings) {
    long waiting = kafka.isSource() ? Long.MAX_VALUE : before.waiting();
    return Math.min(waiting, settings.limit().orElse(waiting));
  }

  private InferJob.Ending run(
      Stores.Connected db,
      Run run,
      Claim claim,
      RunStatus before,
      InferSettings settings,
      LoadedModel model,
      InferSurroundings surroundings) {
    long done = outcomes(before);
    boolean isOpen = kafka.isSource() && settings.limit().isEmpty();
    long total = done + (isOpen ? before.waiting() : jobsExpected(before, settings));
    try (LiveOptions.Shown shown = shown(db, run, model);
        ConsoleProgress progress = ConsoleProgress.onStderr("jobs", done, before.failed(), total)) {
      return claim.work(
          stop ->
              surroundings.run(
                  around ->
                      new InferJob(
                          new BatchRuntime(db.database().dataSource(), live.observations()),
                          run,
                          left(settings, () -> outcomes(status(db, run)) - done),
                          model.served(),
                          shown.counting(progress),
                          around.stop(),
                          around.steps()),
                  stop,
                  isOpen ? progress : Progress.none()));
    }
  }

  /**
   * Returns the settings of a new attempt after a database outage. With a limit for all workers,
   * the database knows what is left.
   */
  private InferSettings left(InferSettings settings, LongSupplier done) {
    return worker.isShared() ? settings : settings.after(done.getAsLong());
  }

  private LiveOptions.Shown shown(Stores.Connected db, Run run, LoadedModel model) {
    return live.open(
        () -> db.database().answers(),
        () -> "answering run " + run.name(),
        () -> Optional.of(run),
        db.database().dataSource(),
        model);
  }

  private static long outcomes(RunStatus status) {
    return status.answered() + status.failed();
  }

  private static RunStatus status(Stores.Connected db, Run run) {
    return new RunStatusStore(db.database().dataSource()).status(run);
  }

  private String how(RunStatus status, InferJob.Ending ending) {
    return switch (ending) {
      case DONE -> status.waiting() > 0 && limit != null ? "stopped at --limit " + limit : "done";
      case STOPPED -> "stopped (" + stopSignal.reason().orElse("") + ")";
      case IMAGES_AWAY -> "ended before all jobs were done";
    };
  }

  private int report(RunStatus status, InferJob.Ending ending) {
    System.out.printf(
        "run %s %s: %d answered%s, %d failed, %d waiting%s%n",
        status.run(),
        how(status, ending),
        status.answered(),
        status.reused() == 0 ? "" : " (%d reused)".formatted(status.reused()),
        status.failed(),
        status.waiting(),
        tooManyFailed(status));
    if (ending == InferJob.Ending.STOPPED && status.waiting() > 0) {
      System.out.println("the same command resumes");
    }
    if (ending == InferJob.Ending.IMAGES_AWAY) {
      System.out.println(
          "their images were unavailable for longer than --wait-for-images: the same command requests"
              + " them again");
    }
    return isGood(status, ending) ? 0 : ExitCode.FAILED;
  }

  private boolean isGood(RunStatus status, InferJob.Ending ending) {
    boolean meant =
        ending == InferJob.Ending.STOPPED && kafka.isFollowing() && Shutdown.isTold(stopSignal);
    return (ending == InferJob.Ending.DONE || meant)
        && answers.maxFailed().problem(status).isEmpty();
  }

  private String tooManyFailed(RunStatus status) {
    return answers
        .maxFailed()
        .problem(status)
        .map(
            problem ->
                "; "
                    + problem
                    + ": export --failures shows the reasons, and retry makes failures waiting again")
        .orElse("");
  }
}
