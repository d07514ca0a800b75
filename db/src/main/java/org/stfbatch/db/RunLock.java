package org.stfbatch.db;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.Properties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/**
 * The right to work on a run: at most one process in the world has it.
 *
 * <p>It is a PostgreSQL advisory lock, which lives exactly as long as the connection it was taken
 * on. That connection is the lock's own, outside the pool. A killed process loses it at once; one
 * whose machine or network vanished, after about a minute. Thread safe: one thread may beat while
 * another works, and a third closes.
 */
public final class RunLock implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(RunLock.class);

  /** "STFB", so that locks of other programs in the same database are never ours. */
  private static final long KEY_SPACE = 0x5354_4642L << 32;

  /** Longer than any healthy heartbeat takes; without it a dead network would hang the caller. */
  private static final String SOCKET_TIMEOUT_SECONDS = "30";

  /** Lets the server notice within about a minute that the client's machine is gone. */
  private static final String NOTICE_DEAD_CLIENTS =
      """
      select set_config('tcp_keepalives_idle', '30', false),
             set_config('tcp_keepalives_interval', '10', false),
             set_config('tcp_keepalives_count', '3', false),
             set_config('idle_session_timeout', '0', false)
      """;

  private static final String SIGN_LEASE =
      """
      insert into run_lease (run_id, owner, acquired_at, heartbeat_at)
      values (:run, :owner, clock_timestamp(), clock_timestamp())
      on conflict (run_id) do update
      set owner = excluded.owner,
          acquired_at = excluded.acquired_at,
          heartbeat_at = excluded.heartbeat_at
      """;

  private static final String BEAT =
      "update run_lease set heartbeat_at = clock_timestamp() where run_id = :run";

  /** A lease without the lock is a trace of a dead process. */
  private static final String HOLDER =
      """
      select owner, acquired_at, heartbeat_at
      from run_lease
      where run_id = :run and exists (
        select from pg_locks
        where locktype = 'advisory' and granted and objsubid = 1
          and database = (select oid from pg_database where datname = current_database())
          and (classid::bigint << 32) + objid::bigint = :key)
      """;

  private final SingleConnectionDataSource connection;
  private final JdbcClient jdbc;
  private final long runId;
  private boolean closed;

  private RunLock(SingleConnectionDataSource connection, long runId) {
    this.connection = connection;
    this.jdbc = JdbcClient.create(connection);
    this.runId = runId;
  }

  /**
   * Takes the lock of a run if nobody has it; never waits for it.
   *
   * @param owner how to describe this process to others, one line
   * @return empty if another process, or another caller in this one, has it
   * @throws DatabaseException if no connection can be made
   */
  public static Optional<RunLock> tryAcquire(Database database, long runId, String owner) {
    RunLock lock = new RunLock(connect(database), runId);
    try {
      if (lock.lock()) {
        lock.sign(owner);
        return Optional.of(lock);
      }
      lock.connection.destroy();
      return Optional.empty();
    } catch (RuntimeException e) {
      lock.connection.destroy();
      throw e;
    }
  }

  /** Who has the lock of a run now, to tell a user who cannot get it. */
  public static Optional<Lease> holder(Database database, long runId) {
    return JdbcClient.create(database.dataSource())
        .sql(HOLDER)
        .param("run", runId)
        .param("key", KEY_SPACE + runId)
        .query(
            (row, n) ->
                new Lease(
                    row.getString("owner"),
                    Rows.instant(row, "acquired_at"),
                    Rows.instant(row, "heartbeat_at")))
        .optional();
  }

  /**
   * Renews the heartbeat, and by that proves that the lock is still held.
   *
   * @throws RunLockLostException if it no longer is; the lock does not come back
   * @throws IllegalStateException if this was closed
   */
  public synchronized void beat() {
    if (closed) {
      throw new IllegalStateException("the lock of run " + runId + " was released");
    }
    try {
      jdbc.sql(BEAT).param("run", runId).update();
    } catch (DataAccessException e) {
      throw new RunLockLostException(runId, e);
    }
  }

  /** Releases the lock: when this returns, another can take it. Closing twice does nothing. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      jdbc.sql("delete from run_lease where run_id = :run").param("run", runId).update();
      // The server notices a closed connection a little later; unlocked, it is free now.
      jdbc.sql("select pg_advisory_unlock(:key)").param("key", key()).query(Boolean.class).single();
    } catch (DataAccessException e) {
      LOG.warn("the lock of run {} went with its connection: {}", runId, e.getMessage());
    } finally {
      connection.destroy();
    }
  }

  private boolean lock() {
    jdbc.sql(NOTICE_DEAD_CLIENTS).query().singleRow();
    return jdbc.sql("select pg_try_advisory_lock(:key)")
        .param("key", key())
        .query(Boolean.class)
        .single();
  }

  private void sign(String owner) {
    jdbc.sql(SIGN_LEASE).param("run", runId).param("owner", StoredText.readable(owner)).update();
  }

  private long key() {
    return KEY_SPACE + runId;
  }

  private static SingleConnectionDataSource connect(Database database) {
    Properties properties = new Properties();
    properties.setProperty("ApplicationName", "stf-batch run lock");
    properties.setProperty("socketTimeout", SOCKET_TIMEOUT_SECONDS);
    try {
      Connection connection = database.dedicatedConnection(properties);
      return new SingleConnectionDataSource(connection, true);
    } catch (SQLException e) {
      throw ConnectionFailure.explain(e, database.settings());
    }
  }
}
