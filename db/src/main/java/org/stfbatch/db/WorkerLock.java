package org.stfbatch.db;

import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/**
 * The right to answer a part of a run beside other workers: the run's lock, shared with them, and
 * one of its own that shows that this worker lives.
 */
public final class WorkerLock extends LeasedLock {
  static final long KEY_SPACE = Target.keySpace("STFW");

  private static final String SIGN =
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
   * Joins the others that share the run; never waits.
   *
   * @param owner how to describe this process to others, one line
   * @return empty if a process has the run for itself
   * @throws DatabaseException if no connection can be made
   */
  public static Optional<WorkerLock> tryAcquire(Database database, Worker worker, String owner) {
    WorkerLock lock = new WorkerLock(connect(database, "stf-batch worker lock"), worker);
    return lock.tryTake(owner) ? Optional.of(lock) : Optional.empty();
  }

  /** Who has a worker's own lock: this process, while a connection that it lost still stands. */
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
  void sign(String owner) {
    jdbc.sql(SIGN)
        .param("id", worker.workerId())
        .param("run", worker.runId())
        .param("name", worker.name())
        .param("owner", StoredText.readable(owner))
        .update();
  }
}
