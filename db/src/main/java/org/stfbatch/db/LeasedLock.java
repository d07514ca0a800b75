package org.stfbatch.db;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import java.util.Properties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/**
 * Lock that at most one process holds, with a lease that names its holder.
 *
 * <p>The lock is a PostgreSQL session-level advisory lock: the server releases it when its
 * connection ends. Each lock has a connection of its own, outside the pool. A killed process loses
 * the lock immediately; a process whose machine or network fails, after about a minute. Thread
 * safe: one thread may send heartbeats while another works, and a third one closes.
 */
public abstract sealed class LeasedLock implements AutoCloseable
    permits RunLock, ReaderLock, WorkerLock, PublisherLock {

  private static final Logger LOG = LoggerFactory.getLogger(LeasedLock.class);

  /** A holder without a heartbeat for longer is considered dead, even if its connection is open. */
  static final String HEARTBEAT_TIMEOUT = "interval '45 seconds'";

  /** Condition on a row of pg_locks: whether it is a held exclusive lock of that key. */
  private static final String IS_LOCK =
      """
      locktype = 'advisory' and granted and objsubid = 1 and mode = 'ExclusiveLock'
        and database = (select oid from pg_database where datname = current_database())
        and (classid::bigint << 32) + objid::bigint = %s
      """;

  /**
   * Longer than any heartbeat takes normally. Without it, a network failure would block the caller.
   */
  private static final String SOCKET_TIMEOUT_SECONDS = "30";

  /** Makes the server detect within about a minute that the client's machine is unreachable. */
  private static final String DETECT_DEAD_CLIENTS =
      """
      select set_config('tcp_keepalives_idle', '30', false),
             set_config('tcp_keepalives_interval', '10', false),
             set_config('tcp_keepalives_count', '3', false),
             set_config('idle_session_timeout', '0', false)
      """;

  private final SingleConnectionDataSource connection;
  private final JdbcClient jdbc;
  private final Target target;
  private boolean closed;

  /**
   * The object that is locked.
   *
   * @param keySpace upper half of the advisory lock's key, which separates it from locks of other
   *     programs and of other kinds in the same database
   * @param table of the leases
   * @param key column of that table
   * @param id value of that column
   * @param name of the object, for messages
   */
  record Target(long keySpace, String table, String key, long id, String name) {

    /** Returns four ASCII letters as the upper half of a key. */
    static long keySpace(String letters) {
      long space = 0;
      for (char letter : letters.toCharArray()) {
        space = space << 8 | letter;
      }
      return space << 32;
    }

    long lockKey() {
      return keySpace + id;
    }

    private String storeLease() {
      return """
      insert into %s (%s, owner, acquired_at, heartbeat_at)
      values (:id, :owner, clock_timestamp(), clock_timestamp())
      on conflict (%s) do update
      set owner = excluded.owner,
          acquired_at = excluded.acquired_at,
          heartbeat_at = excluded.heartbeat_at
      """
          .formatted(table, key, key);
    }

    private String heartbeat() {
      return "update %s set heartbeat_at = clock_timestamp() where %s = :id".formatted(table, key);
    }

    private String deleteLease() {
      return "delete from %s where %s = :id".formatted(table, key);
    }

    private String terminateHolder() {
      return """
      select pg_terminate_backend(pid)
      from pg_locks, %s lease
      where %s and lease.%s = :id and lease.heartbeat_at <= clock_timestamp() - %s
      """
          .formatted(table, IS_LOCK.formatted(":key"), key, HEARTBEAT_TIMEOUT);
    }

    /** A lease without the lock was left by a process that has crashed. */
    private String liveLease() {
      return "select owner, acquired_at, heartbeat_at from %s where %s = :id and %s"
          .formatted(table, key, isLocked(":key"));
    }
  }

  /**
   * @param connection of its own, closed with the lock
   */
  LeasedLock(SingleConnectionDataSource connection, Target target) {
    this.connection = connection;
    this.jdbc = JdbcClient.create(connection);
    this.target = target;
  }

  /**
   * Returns an SQL condition: whether a process holds an exclusive lock.
   *
   * @param lockKey an expression for the advisory lock's key
   */
  static String isLocked(String lockKey) {
    return "exists (select from pg_locks where %s)".formatted(IS_LOCK.formatted(lockKey));
  }

  /** Reads the lease columns of a row. */
  static Lease lease(ResultSet row) throws SQLException {
    return new Lease(
        row.getString("owner"),
        Rows.instant(row, "acquired_at"),
        Rows.instant(row, "heartbeat_at"));
  }

  /**
   * Terminates the connection of a holder whose heartbeat has timed out. Another process can then
   * acquire the lock, and the holder's next heartbeat fails.
   */
  static void endSilent(Database database, Target target) {
    JdbcClient.create(database.dataSource())
        .sql(target.terminateHolder())
        .param("id", target.id())
        .param("key", target.lockKey())
        .query(Boolean.class)
        .list();
  }

  /**
   * Tries to acquire the lock and stores the lease. If the lock is not free, or on an error, closes
   * the connection.
   */
  final boolean tryTake(String owner) {
    boolean taken = false;
    try {
      taken = lock();
      if (taken) {
        storeLease(owner);
      }
      return taken;
    } catch (RuntimeException e) {
      taken = false;
      throw e;
    } finally {
      if (!taken) {
        connection.destroy();
      }
    }
  }

  static Optional<Lease> holder(Database database, Target target) {
    return JdbcClient.create(database.dataSource())
        .sql(target.liveLease())
        .param("id", target.id())
        .param("key", target.lockKey())
        .query((row, n) -> lease(row))
        .optional();
  }

  /**
   * Renews the heartbeat, which fails if the lock is no longer held.
   *
   * @throws LockLostException if the connection is lost, or other processes considered this one
   *     dead; the lock cannot be recovered
   * @throws IllegalStateException if this was closed
   */
  public final synchronized void beat() {
    if (closed) {
      throw new IllegalStateException("the lock of " + target.name() + " was released");
    }
    int renewed;
    try {
      renewed = jdbc.sql(target.heartbeat()).param("id", target.id()).update();
    } catch (DataAccessException e) {
      throw new LockLostException(target.name(), e);
    }
    if (renewed == 0) {
      throw new LockLostException(target.name(), null);
    }
  }

  /** Releases the lock: when this returns, another process can acquire it. Idempotent. */
  @Override
  public final synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      jdbc.sql(target.deleteLease()).param("id", target.id()).update();
      // The server detects a closed connection with a delay; an explicit unlock takes effect now.
      jdbc.sql("select pg_advisory_unlock_all()").query().singleRow();
    } catch (DataAccessException e) {
      LOG.info(
          "Could not release the lock of {}; the server releases it with the connection: {}",
          target.name(),
          e.getMessage());
    } finally {
      connection.destroy();
    }
  }

  boolean lock() {
    jdbc.sql(DETECT_DEAD_CLIENTS).query().singleRow();
    return jdbc.sql("select pg_try_advisory_lock(:key)")
        .param("key", target.lockKey())
        .query(Boolean.class)
        .single();
  }

  void storeLease(String owner) {
    jdbc.sql(target.storeLease())
        .param("id", target.id())
        .param("owner", StoredText.readable(owner))
        .update();
  }

  static SingleConnectionDataSource connect(Database database, String applicationName) {
    Properties properties = new Properties();
    properties.setProperty("ApplicationName", applicationName);
    properties.setProperty("socketTimeout", SOCKET_TIMEOUT_SECONDS);
    try {
      Connection connection = database.dedicatedConnection(properties);
      return new SingleConnectionDataSource(connection, true);
    } catch (SQLException e) {
      throw ConnectionFailure.explain(e, database.settings());
    }
  }
}
