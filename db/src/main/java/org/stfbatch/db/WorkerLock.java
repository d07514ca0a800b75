package org.stfbatch.db;

import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/**
 * Lock of a worker that shares a run: the run's advisory lock in shared mode, and an exclusive lock
 * of the worker's own, by which other workers see that it is alive.
 */
public final class WorkerLock extends LeasedLock {
  static final long KEY_SPACE = Target.keySpace("STFW");

  private static final String STORE_LEASE =
      """
      insert into worker (worker_id, run_id, name, owner, acquired_at, heartbeat_at)
      values (:id, :run, :name, :owner, clock_timestamp(), clock_timestamp())
      on conflict (worker_id) do update
      set owner = excluded.owner, heartbeat_at = excluded.heartbeat_at
      """;

  private final JdbcClient jdbc;
  private final Worker worker;

  private WorkerLock(SingleConnectionDataSource connection, Worker worker) {
    super(connection, target(worker));
    this.jdbc = JdbcClient.create(connection);
    this.worker = worker;
  }

  /**
   * Acquires the worker's locks if no process holds the run exclusively; never waits.
   *
   * @param owner description of this process for other users, one line
   * @return empty if another process holds the run's lock exclusively, or the worker's own lock
   * @throws DatabaseException if no connection can be made
   */
  public static Optional<WorkerLock> tryAcquire(Database database, Worker worker, String owner) {
    WorkerLock lock = new WorkerLock(connect(database, "stf-batch worker lock"), worker);
    return lock.tryTake(owner) ? Optional.of(lock) : Optional.empty();
  }

  /**
   * Returns the holder of a worker's own lock. After a lost connection, this can be this process
   * until the server closes that connection.
   */
  public static Optional<Lease> holder(Database database, Worker worker) {
    return holder(database, target(worker));
  }

  private static Target target(Worker worker) {
    return new Target(
        KEY_SPACE, "worker", "worker_id", worker.workerId(), "worker " + worker.name());
  }

  @Override
  boolean lock() {
    return super.lock()
        && jdbc.sql("select pg_try_advisory_lock_shared(:key)")
            .param("key", RunLock.target(worker.runId()).lockKey())
            .query(Boolean.class)
            .single();
  }

  @Override
  void storeLease(String owner) {
    jdbc.sql(STORE_LEASE)
        .param("id", worker.workerId())
        .param("run", worker.runId())
        .param("name", worker.name())
        .param("owner", StoredText.readable(owner))
        .update();
  }
}
