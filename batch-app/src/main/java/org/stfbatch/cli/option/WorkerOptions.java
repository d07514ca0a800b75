package org.stfbatch.cli.option;

import java.util.Optional;
import org.stfbatch.base.LocalHost;
import org.stfbatch.db.Database;
import org.stfbatch.db.Run;
import org.stfbatch.db.Worker;
import org.stfbatch.db.WorkerStore;
import picocli.CommandLine.Option;

/** Options for sharing a run among processes. */
public final class WorkerOptions {
  @Option(
      names = "--share",
      description =
          "Share the run with other processes that use --share, on any machines that reach the database. Each takes jobs that no other worker holds, including those of a worker that died.")
  private boolean share;

  @Option(
      names = "--worker",
      paramLabel = "NAME",
      description = "Name of this worker with --share. Default: host name and process id.")
  private String name;

  /**
   * @throws IllegalArgumentException naming options that exclude each other
   */
  public void check() {
    if (name != null && !share) {
      throw new IllegalArgumentException("--worker names a process that works with --share");
    }
    if (name != null && (name.isBlank() || name.length() > 200)) {
      throw new IllegalArgumentException("--worker needs a name of 1 to 200 characters");
    }
  }

  /** Returns whether the process shares its run. */
  public boolean isShared() {
    return share;
  }

  /** Returns this process as a worker of a run; empty without --share. */
  public Optional<Worker> worker(Database database, Run run) {
    if (!share) {
      return Optional.empty();
    }
    String called = Optional.ofNullable(name).orElseGet(LocalHost::andProcess);
    return Optional.of(new WorkerStore(database.dataSource()).create(run.runId(), called));
  }
}
