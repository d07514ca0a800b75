package org.stfbatch.db;

import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/** Exclusive lock of a run. */
public final class RunLock extends LeasedLock {

  private static final long KEY_SPACE = Target.keySpace("STFB");

  private RunLock(SingleConnectionDataSource connection, long runId) {
    super(connection, target(runId));
  }

  /**
   * Acquires the lock of a run if it is free; never waits.
   *
   * @param owner description of this process for other users, one line
   * @return empty if another process, or another caller in this one, holds it
   * @throws DatabaseException if no connection can be made
   */
  public static Optional<RunLock> tryAcquire(Database database, long runId, String owner) {
    RunLock lock = new RunLock(connect(database, "stf-batch run lock"), runId);
    return lock.tryTake(owner) ? Optional.of(lock) : Optional.empty();
  }

  /** Returns the current exclusive holder of a run's lock, for messages. */
  public static Optional<Lease> holder(Database database, long runId) {
    return holder(database, target(runId));
  }

  /**
   * Returns the current holders of a run: the process that holds it exclusively, or the workers
   * that share it.
   */
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
