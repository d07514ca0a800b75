package org.stfbatch.cli.option;

import java.util.Optional;
import org.stfbatch.base.LocalHost;
import org.stfbatch.db.Database;
import org.stfbatch.db.Run;
import org.stfbatch.db.Worker;
import org.stfbatch.db.WorkerStore;
import picocli.CommandLine.Option;

/** Whether a process answers a run beside others. */
public final class WorkerOptions {
  @Option(
      names = "--share",
      description =
          "Answer a part of the run beside other processes with --share, on any machines that reach the database. Each takes what nobody else has, and what one that dies has left.")
  private boolean share;

  @Option(
      names = "--worker",
      paramLabel = "NAME",
      description = "What this process is called with --share. Default: its host and process.")
  private String name;

  /**
   * @throws IllegalArgumentException naming options that do not go together
   */
  public void check() {
    if (name != null && !share) {
      throw new IllegalArgumentException("--worker names a process that works with --share");
    }
    if (name != null && (name.isBlank() || name.length() > 200)) {
      throw new IllegalArgumentException("--worker needs a name of 1 to 200 characters");
    }
  }

  /** Whether the process shares runs. */
  public boolean isShared() {
    return share;
  }

  /** This process as a worker of a run; empty if it has the run for itself. */
  public Optional<Worker> worker(Database database, Run run) {
    if (!share) {
      return Optional.empty();
    }
    String called = Optional.ofNullable(name).orElseGet(LocalHost::andProcess);
    return Optional.of(new WorkerStore(database.dataSource()).create(run.runId(), called));
  }
}
