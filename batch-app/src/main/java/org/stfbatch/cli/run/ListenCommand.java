package org.stfbatch.cli.run;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.stfbatch.cli.console.Log;
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
import org.stfbatch.job.BatchRuntime;
import org.stfbatch.job.Claim;
import org.stfbatch.job.Lockable;
import org.stfbatch.job.Progress;
import org.stfbatch.job.StopSignal;
import org.stfbatch.job.infer.InferJob;
import org.stfbatch.job.infer.InferSettings;
import org.stfbatch.job.infer.ReuseScope;
import org.stfbatch.job.listen.ListenSettings;
import org.stfbatch.job.listen.Listener;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code listen}: starts runs that a topic requests. */
@Command(
    name = "listen",
    description = {
      "Starts a run for each message of a Kafka topic: from a question file, a range of a topic of jobs, or an existing run.",
      "It processes one run at a time, and each message exactly once. After a kill at any point, it resumes the current run. The model is loaded once. SIGTERM ends it at the next commit."
    },
    footer = {
      "  stf-batch listen --trigger-topic runs --model llava-stf-7b",
      "  stf-batch listen --trigger-topic runs --publish-to answers --images /data/pictures --model llava-stf-7b --http 8080",
      "  stf-batch listen --trigger-topic runs --model llava-stf-7b --share"
    })
public final class ListenCommand implements Callable<Integer>, Logged {
  private final Stores stores;
  private final Brokers brokers;
  private final Shutdown shutdown;
  private final Log log;

  @Option(
      names = "--trigger-topic",
      required = true,
      paramLabel = "TOPIC",
      description = "The topic with the triggers; if it does not exist yet, listen waits for it.")
  private String topic;

  @Option(
      names = "--publish-to",
      paramLabel = "TOPIC",
      description = "Publish answers and failures of the runs to this topic.")
  private String publishTo;

  @Option(
      names = "--group",
      defaultValue = "stf-batch",
      paramLabel = "NAME",
      description = "The consumer group. Default: ${DEFAULT-VALUE}")
  private String group;

  @Option(
      names = "--images",
      paramLabel = "DIR",
      description =
          "The base folder of relative paths of images and question files. Default: the current folder.")
  private Path images;

  @Option(
      names = "--trigger-time-limit",
      defaultValue = "24h",
      paramLabel = "TIME",
      description =
          "Time limit of a trigger without time_limit_seconds, including the wait for messages; after it, the trigger fails"
              + " and the next one starts. Default: ${DEFAULT-VALUE}")
  private Duration timeLimit;

  @Mixin private MessageFolders folders;

  @Mixin private WorkerOptions worker;
  @Mixin private AnswerOptions answers;
  @Mixin private ReuseOptions reuse;
  @Mixin private LiveOptions live;

  ListenCommand(Stores stores, Brokers brokers, Shutdown shutdown, Log log) {
    this.stores = stores;
    this.brokers = brokers;
    this.shutdown = shutdown;
    this.log = log;
  }

  @Override
  public Integer call() {
    answers.check();
    worker.check();
    live.check();
    ListenSettings settings =
        new ListenSettings(
            topic,
            group,
            Optional.ofNullable(publishTo),
            folders.from(Optional.ofNullable(images), "--images"),
            timeLimit,
            answers.maxFailed());
    StopSignal stop = new StopSignal();
    shutdown.guard(stop);
    try (Stores.Connected db = stores.open(stop);
        Brokers.Connected broker = brokers.open(stop);
        LoadedModel loaded = answers.load(Long.MAX_VALUE);
        RunProgress progress = new RunProgress(db.database().dataSource())) {
      AtomicReference<LiveOptions.Shown> shown = new AtomicReference<>(LiveOptions.Shown.nothing());
      ReuseScope reused = reuse.scope(db);
      AtomicReference<Run> latest = new AtomicReference<>();
      Listener listener =
          new Listener(
              db.database(),
              broker.kafka(),
              settings,
              (run, limit, around, part) -> {
                latest.set(run);
                progress.end();
                log.about(run.name());
                Progress counting = shown.get().counting(progress.begin(run, limit));
                InferSettings answering = answers.settings(limit).reusing(reused);
                return infer(db, loaded, counting, run, answering, around, part);
              },
              db.claims(),
              run -> worker.worker(db.database(), run),
              Notices::onStderr);
      List<Lockable> reading =
          worker.isShared()
              ? List.of()
              : List.of(Lockable.reader(db.database(), listener.reader()));
      try (Claim claim = db.claim(reading, stop);
          LiveOptions.Shown server = server(db, broker, listener, latest, loaded)) {
        shown.set(server);
        return listen(claim, listener, stop);
      }
    }
  }

  private int listen(Claim claim, Listener listener, StopSignal stop) {
    if (!worker.isShared()) {
      Notices.onStderr("listening to topic " + topic);
    }
    claim.work(
        part -> {
          if (worker.isShared()) {
            listener.share(part);
          } else {
            listener.run(part);
          }
          return null;
        });
    System.out.println("stopped (" + stop.reason().orElse("") + ")");
    return Shutdown.isTold(stop) ? 0 : ExitCode.FAILED;
  }

  private LiveOptions.Shown server(
      Stores.Connected db,
      Brokers.Connected broker,
      Listener listener,
      AtomicReference<Run> latest,
      LoadedModel loaded) {
    return live.open(
        () -> !broker.patience().isWaiting() && db.database().answers(),
        listener::doing,
        () -> Optional.ofNullable(latest.get()),
        db.database().dataSource(),
        loaded);
  }

  private InferJob infer(
      Stores.Connected db,
      LoadedModel loaded,
      Progress progress,
      Run run,
      InferSettings answering,
      InferJob.Around around,
      StopSignal stop) {
    return new InferJob(
        new BatchRuntime(db.database().dataSource(), live.observations()),
        run,
        answering,
        loaded.served(),
        progress,
        stop,
        around);
  }
}
