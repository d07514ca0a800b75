package org.stfbatch.cli.run;

import java.util.Optional;
import org.stfbatch.base.LocalHost;
import org.stfbatch.db.Database;
import org.stfbatch.db.Run;
import org.stfbatch.db.WorkerStore;
import picocli.CommandLine.Option;

/** Whether a process answers a run beside others. */
final class WorkerOptions {
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
   * @param limit of jobs; null for none
   * @throws IllegalArgumentException naming options that do not go together
   */
  void check(Long limit, boolean usesKafka) {
    if (name != null && !share) {
      throw new IllegalArgumentException("--worker names a process that works with --share");
    }
    if (name != null && (name.isBlank() || name.length() > 200)) {
      throw new IllegalArgumentException("--worker needs a name of 1 to 200 characters");
    }
    if (share && limit != null) {
      throw new IllegalArgumentException(
          "--limit counts what one process answers: leave it out with --share");
    }
    if (share && usesKafka) {
      throw new IllegalArgumentException(
          "--share answers what is in the database: run intake and publish beside it instead of --source and --publish-to");
    }
  }

  boolean isShared() {
    return share;
  }

  SharedWork work(Database database, Run run) {
    WorkerStore workers = new WorkerStore(database.dataSource());
    String called = Optional.ofNullable(name).orElseGet(LocalHost::andProcess);
    return new SharedWork(database, run, workers.create(run.runId(), called));
  }
}
