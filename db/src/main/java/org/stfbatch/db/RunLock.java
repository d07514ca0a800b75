package org.stfbatch.db;

import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/** The right to answer a run. */
public final class RunLock extends LeasedLock {

  private static final long KEY_SPACE = Target.keySpace("STFB");

  private RunLock(SingleConnectionDataSource connection, long runId) {
    super(connection, target(runId));
  }

  /**
   * Takes the lock of a run if nobody has it; never waits for it.
   *
   * @param owner how to describe this process to others, one line
   * @return empty if another process, or another caller in this one, has it
   * @throws DatabaseException if no connection can be made
   */
  public static Optional<RunLock> tryAcquire(Database database, long runId, String owner) {
    RunLock lock = new RunLock(connect(database, "stf-batch run lock"), runId);
    return lock.tryTake(owner) ? Optional.of(lock) : Optional.empty();
  }

  /** Who has the lock of a run now, to tell a user who cannot get it. */
  public static Optional<Lease> holder(Database database, long runId) {
    return holder(database, target(runId));
  }

  /** Who answers a run now: the process that has it for itself, or the workers that share it. */
  public static List<Lease> holders(Database database, long runId) {
    return holder(database, runId)
        .map(List::of)
        .orElseGet(
            () ->
                new WorkerStore(database.dataSource())
                    .alive(runId).stream().map(WorkerStore.LiveWorker::lease).toList());
  }

  static Target target(long runId) {
    return new Target(KEY_SPACE, "run_lease", "run_id", runId, "run " + runId);
  }
}
