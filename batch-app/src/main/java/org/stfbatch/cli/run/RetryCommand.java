package org.stfbatch.cli.run;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.stfbatch.cli.service.Shutdown;
import org.stfbatch.cli.service.Stores;
import org.stfbatch.db.RetryStore;
import org.stfbatch.db.Run;
import org.stfbatch.db.RunStatusStore;
import org.stfbatch.job.Claim;
import org.stfbatch.job.FailureCodes;
import org.stfbatch.job.InputException;
import org.stfbatch.job.Lockable;
import org.stfbatch.job.StopSignal;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code retry}: makes failures waiting jobs again. */
@Command(
    name = "retry",
    description = {
      "Makes failed jobs of a run waiting again, all or those with certain codes.",
      "infer then processes them again. Their failures are removed from exports. What was published stays published, and the new outcomes are published, too, with a higher attempt number."
    },
    footer = {
      "  stf-batch retry --run nightly",
      "  stf-batch retry --run nightly --code IMAGE_FETCH,IMAGE_NOT_FOUND",
      "  stf-batch retry --run nightly --older-than 1h"
    })
public final class RetryCommand implements Callable<Integer> {
  private final Stores stores;
  private final Shutdown shutdown;

  @Option(names = "--run", required = true, paramLabel = "RUN", description = "The run.")
  private String runName;

  @Option(
      names = "--code",
      split = ",",
      paramLabel = "CODE,...",
      description =
          "Only failures with these codes, such as IMAGE_FETCH,ENGINE_ERROR. Default: all.")
  private Set<String> codes = new TreeSet<>();

  @Option(
      names = "--older-than",
      paramLabel = "TIME",
      description = "Only failures that are at least this old, such as 30m or 1h. Default: all.")
  private Duration olderThan;

  RetryCommand(Stores stores, Shutdown shutdown) {
    this.stores = stores;
    this.shutdown = shutdown;
  }

  @Override
  public Integer call() {
    StopSignal stop = new StopSignal();
    shutdown.guard(stop);
    try (Stores.Connected db = stores.open()) {
      Run run = db.run(runName);
      Optional<Instant> failedBy = Optional.ofNullable(olderThan).map(Instant.now()::minus);
      checkCodes(db, run);
      try (Claim claim = db.claim(List.of(Lockable.run(db.database(), run)), stop)) {
        report(
            claim.work(
                part ->
                    new RetryStore(db.database().dataSource())
                        .takeBack(run.runId(), codes, failedBy)));
      }
      return 0;
    }
  }

  /** Refuses codes that neither this program nor the run knows. */
  private void checkCodes(Stores.Connected db, Run run) {
    Set<String> known = new TreeSet<>(FailureCodes.known());
    known.addAll(new RunStatusStore(db.database().dataSource()).status(run).failures().keySet());
    List<String> unknown = codes.stream().filter(code -> !known.contains(code)).toList();
    if (!unknown.isEmpty()) {
      throw new InputException(
          "there is no code "
              + String.join(", ", unknown)
              + ": --code takes "
              + String.join(", ", known));
    }
  }

  private void report(RetryStore.Retried retried) {
    String byCode =
        retried.byCode().entrySet().stream()
            .map(entry -> entry.getKey() + " " + entry.getValue())
            .collect(Collectors.joining(", ", " (", ")"));
    System.out.printf(
        "run %s: %s again%s%n", runName, again(retried.jobs()), retried.jobs() == 0 ? "" : byCode);
    if (retried.neverJobs() > 0) {
      System.out.printf(
          "%s: their lines or messages could not be read as jobs; correct and ingest them%n",
          retried.neverJobs() == 1 ? "1 failure stays" : retried.neverJobs() + " failures stay");
    }
  }

  private static String again(long failures) {
    return failures == 1 ? "1 failure is a waiting job" : failures + " failures are waiting jobs";
  }
}
