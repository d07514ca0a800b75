package org.stfbatch.cli.run;

import java.io.Console;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.stfbatch.base.Plural;
import org.stfbatch.cli.service.ExitCode;
import org.stfbatch.cli.service.Shutdown;
import org.stfbatch.cli.service.Stores;
import org.stfbatch.db.Run;
import org.stfbatch.db.RunDeletion;
import org.stfbatch.db.RunStatus;
import org.stfbatch.db.RunStatusStore;
import org.stfbatch.job.Claim;
import org.stfbatch.job.InputException;
import org.stfbatch.job.Lockable;
import org.stfbatch.job.StopSignal;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code run delete}: deletes a run. */
@Command(
    name = "delete",
    description = {
      "Deletes a run with its jobs, answers, failures and metrics, after confirmation unless --yes is given.",
      "Exported files, published messages and topic offsets stay. PostgreSQL frees the space by autovacuum, or immediately with --vacuum."
    },
    footer = {
      "  stf-batch run delete --run nightly",
      "  stf-batch run delete --run nightly --yes --vacuum"
    })
final class RunDeleteCommand implements Callable<Integer> {
  private final Stores stores;
  private final Shutdown shutdown;

  @Option(names = "--run", required = true, paramLabel = "RUN", description = "The run.")
  private String runName;

  @Option(names = "--yes", description = "Do not ask for confirmation.")
  private boolean yes;

  @Option(
      names = "--vacuum",
      description = "Free the space in the database before the command ends.")
  private boolean vacuum;

  RunDeleteCommand(Stores stores, Shutdown shutdown) {
    this.stores = stores;
    this.shutdown = shutdown;
  }

  @Override
  public Integer call() {
    StopSignal stop = new StopSignal();
    shutdown.guard(stop);
    try (Stores.Connected db = stores.open()) {
      Run run = db.run(runName);
      RunStatus status = new RunStatusStore(db.database().dataSource()).status(run);
      if (!yes && !confirmed(status)) {
        System.out.println("run " + runName + " stays");
        return ExitCode.FAILED;
      }
      RunDeletion deletion = new RunDeletion(db.database().dataSource());
      try (Claim claim = db.claim(List.of(Lockable.run(db.database(), run)), stop)) {
        claim.work(
            part -> {
              deletion.delete(run.runId());
              return null;
            });
      }
      if (vacuum) {
        deletion.vacuum();
      }
      System.out.printf(
          "run %s is deleted: %s, %s, %s%n",
          runName,
          Plural.of(status.jobs(), "job"),
          Plural.of(status.answered(), "answer"),
          Plural.of(status.failed(), "failure"));
      return 0;
    }
  }

  private static boolean confirmed(RunStatus status) {
    Console console = System.console();
    if (console == null) {
      throw new InputException("nobody can be asked here: give --yes to delete the run");
    }
    String answer =
        console.readLine(
            "Delete run %s with %s and %s? [y/N] ",
            status.run(), Plural.of(status.jobs(), "job"), Plural.of(status.answered(), "answer"));
    return answer != null && List.of("y", "yes").contains(answer.strip().toLowerCase(Locale.ROOT));
  }
}
