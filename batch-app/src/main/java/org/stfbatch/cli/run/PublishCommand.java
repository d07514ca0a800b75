package org.stfbatch.cli.run;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.stfbatch.base.Plural;
import org.stfbatch.cli.console.ConsoleProgress;
import org.stfbatch.cli.console.Logged;
import org.stfbatch.cli.service.Brokers;
import org.stfbatch.cli.service.ExitCode;
import org.stfbatch.cli.service.Shutdown;
import org.stfbatch.cli.service.Stores;
import org.stfbatch.db.Run;
import org.stfbatch.job.BatchRuntime;
import org.stfbatch.job.Claim;
import org.stfbatch.job.StopSignal;
import org.stfbatch.job.publish.PublishJob;
import org.stfbatch.job.publish.PublishSettings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code publish}: publishes a run's outcomes. */
@Command(
    name = "publish",
    description = {
      "Publishes the answers and failures of a run to a Kafka topic.",
      "Each outcome is published exactly once for consumers that read committed messages, also after interruptions."
    },
    footer = {
      "  stf-batch publish --run nightly --topic answers",
      "  stf-batch publish --run nightly --topic answers --follow"
    })
public final class PublishCommand implements Callable<Integer>, Logged {
  private final Stores stores;
  private final Brokers brokers;
  private final Shutdown shutdown;

  @Option(names = "--run", required = true, paramLabel = "RUN", description = "The run.")
  private String runName;

  @Option(
      names = "--topic",
      required = true,
      paramLabel = "TOPIC",
      description = "The topic; created with the broker's defaults if it does not exist.")
  private String topic;

  @Option(names = "--follow", description = "Continue with later outcomes until stopped.")
  private boolean follow;

  PublishCommand(Stores stores, Brokers brokers, Shutdown shutdown) {
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
    PublishSettings settings = new PublishSettings(topic, follow, PublishSettings.PAGE);
    StopSignal stop = new StopSignal();
    shutdown.guard(stop);
    try (Stores.Connected db = stores.open(stop);
        Brokers.Connected broker = brokers.open(stop)) {
      Run run = db.run(runName);
      try (Claim claim = db.claim(List.of(), stop);
          ConsoleProgress progress = ConsoleProgress.onStderr("outcomes", 0, 0)) {
        PublishJob job =
            new PublishJob(
                new BatchRuntime(db.database().dataSource()),
                run,
                settings,
                broker.kafka(),
                progress);
        boolean stopped = claim.work(job::run);
        System.out.printf(
            "run %s to topic %s: %s published%s%n",
            runName, topic, Plural.of(job.published(), "outcome"), stopped ? ", stopped" : "");
        return stopped && !(follow && Shutdown.isTold(stop)) ? ExitCode.FAILED : 0;
      }
    }
  }
}
