package org.stfbatch.cli.run;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.stfbatch.cli.console.ConsoleProgress;
import org.stfbatch.cli.console.Logged;
import org.stfbatch.cli.service.Brokers;
import org.stfbatch.cli.service.ExitCode;
import org.stfbatch.cli.service.Shutdown;
import org.stfbatch.cli.service.Stores;
import org.stfbatch.db.Run;
import org.stfbatch.db.RunStore;
import org.stfbatch.job.BatchRuntime;
import org.stfbatch.job.Claim;
import org.stfbatch.job.Lockable;
import org.stfbatch.job.StopSignal;
import org.stfbatch.job.intake.IntakeJob;
import org.stfbatch.job.intake.IntakeResult;
import org.stfbatch.job.intake.IntakeSettings;
import org.stfbatch.job.intake.TopicPositions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code intake}: adds a topic's messages to a run. */
@Command(
    name = "intake",
    description = {
      "Adds the image jobs of a Kafka topic to a run, each message exactly once.",
      "After an interruption at any point, the same command resumes. An intake into another run continues where this one ended."
    },
    footer = {
      "  stf-batch intake --topic jobs --run tuesday",
      "  stf-batch intake --topic jobs --run tuesday --images pictures --limit 10000"
    })
public final class IntakeCommand implements Callable<Integer>, Logged {
  private final Stores stores;
  private final Brokers brokers;
  private final Shutdown shutdown;

  @Option(names = "--topic", required = true, paramLabel = "TOPIC", description = "The topic.")
  private String topic;

  @Option(
      names = "--run",
      required = true,
      paramLabel = "RUN",
      description = "The run of messages that name none; created if it does not exist.")
  private String runName;

  @Mixin private TopicOptions options;

  @Option(names = "--limit", paramLabel = "N", description = "Read at most N messages.")
  private Long limit;

  IntakeCommand(Stores stores, Brokers brokers, Shutdown shutdown) {
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
    IntakeSettings settings = options.settings(limit);
    StopSignal stop = new StopSignal();
    shutdown.guard(stop);
    try (Stores.Connected db = stores.open(stop);
        Brokers.Connected broker = brokers.open(stop)) {
      Run run = new RunStore(db.database().dataSource()).findOrCreate(runName);
      TopicPositions positions =
          new TopicPositions(db.database().dataSource(), options.group(), topic);
      Lockable reading = Lockable.reader(db.database(), positions.reader());
      try (Claim claim = db.claim(List.of(reading), stop);
          ConsoleProgress progress = ConsoleProgress.onStderr("messages", 0, 0)) {
        positions.reset(options.from(), broker.kafka(), stop);
        IntakeJob job =
            new IntakeJob(
                new BatchRuntime(db.database().dataSource()),
                run,
                settings,
                positions,
                broker.kafka(),
                progress);
        return report(claim.work(job::run), stop);
      }
    }
  }

  private int report(IntakeResult result, StopSignal stop) {
    System.out.println(IntakeReport.line(topic, runName, result));
    if (result.stopped()) {
      System.out.println("stopped (" + stop.reason().orElse("") + "): the same command resumes");
    }
    boolean meant = options.isFollowing() && Shutdown.isTold(stop);
    return result.stopped() && !meant ? ExitCode.FAILED : 0;
  }
}
