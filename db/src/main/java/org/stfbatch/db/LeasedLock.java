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
 * The right to work on something that at most one process in the world may work on, signed by a
 * lease that tells others who has it.
 *
 * <p>It is a PostgreSQL advisory lock, which lives exactly as long as the connection it was taken
 * on. That connection is the lock's own, outside the pool. A killed process loses it at once; one
 * whose machine or network vanished, after about a minute. Thread safe: one thread may beat while
 * another works, and a third closes.
 */
public abstract sealed class LeasedLock implements AutoCloseable
    permits RunLock, ReaderLock, WorkerLock, PublisherLock {

  private static final Logger LOG = LoggerFactory.getLogger(LeasedLock.class);

  /** A holder that was heard from longer ago is taken for dead, though its connection stands. */
  static final String LONGEST_SILENCE = "interval '45 seconds'";

  /** Of a row of pg_locks: whether it is somebody's lock of that key. */
  private static final String IS_LOCK =
      """
      locktype = 'advisory' and granted and objsubid = 1 and mode = 'ExclusiveLock'
        and database = (select oid from pg_database where datname = current_database())
        and (classid::bigint << 32) + objid::bigint = %s
      """;

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

  private final SingleConnectionDataSource connection;
  private final JdbcClient jdbc;
  private final Target target;
  private boolean closed;

  /**
   * What is locked.
   *
   * @param keySpace upper half of the advisory lock's key, so that locks of other programs, and of
   *     other things, in the same database are never this one
   * @param table of its leases
   * @param key column of that table
   * @param id in that column
   * @param name for messages
   */
  record Target(long keySpace, String table, String key, long id, String name) {

    /** Four letters as the upper half of a key. */
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

    private String sign() {
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

    private String beat() {
      return "update %s set heartbeat_at = clock_timestamp() where %s = :id".formatted(table, key);
    }

    private String remove() {
      return "delete from %s where %s = :id".formatted(table, key);
    }

    private String endSilent() {
      return """
      select pg_terminate_backend(pid)
      from pg_locks, %s lease
      where %s and lease.%s = :id and lease.heartbeat_at <= clock_timestamp() - %s
      """
          .formatted(table, IS_LOCK.formatted(":key"), key, LONGEST_SILENCE);
    }

    /** A lease without the lock is a trace of a dead process. */
    private String holder() {
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
   * A condition in SQL: whether somebody has a lock for himself.
   *
   * @param lockKey an expression for the advisory lock's key
   */
  static String isLocked(String lockKey) {
    return "exists (select from pg_locks where %s)".formatted(IS_LOCK.formatted(lockKey));
  }

  /** The lease of a row that has one. */
  static Lease lease(ResultSet row) throws SQLException {
    return new Lease(
        row.getString("owner"),
        Rows.instant(row, "acquired_at"),
        Rows.instant(row, "heartbeat_at"));
  }

  /**
   * Ends the connection of a holder that was not heard from for so long that workers are taken for
   * dead: another process may take the lock then, and the holder learns that it has lost it.
   */
  static void endSilent(Database database, Target target) {
    JdbcClient.create(database.dataSource())
        .sql(target.endSilent())
        .param("id", target.id())
        .param("key", target.lockKey())
        .query(Boolean.class)
        .list();
  }

  /** Takes the lock and signs for it; without it, or failing, closes the connection. */
  final boolean tryTake(String owner) {
    boolean taken = false;
    try {
      taken = lock();
      if (taken) {
        sign(owner);
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
        .sql(target.holder())
        .param("id", target.id())
        .param("key", target.lockKey())
        .query((row, n) -> lease(row))
        .optional();
  }

  /**
   * Renews the heartbeat, and by that proves that the lock is still held.
   *
   * @throws LockLostException if it no longer is, or others took its holder for dead; the lock does
   *     not come back
   * @throws IllegalStateException if this was closed
   */
  public final synchronized void beat() {
    if (closed) {
      throw new IllegalStateException("the lock of " + target.name() + " was released");
    }
    int signed;
    try {
      signed = jdbc.sql(target.beat()).param("id", target.id()).update();
    } catch (DataAccessException e) {
      throw new LockLostException(target.name(), e);
    }
    if (signed == 0) {
      throw new LockLostException(target.name(), null);
    }
  }

  /** Releases the lock: when this returns, another can take it. Closing twice does nothing. */
  @Override
  public final synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      jdbc.sql(target.remove()).param("id", target.id()).update();
      // The server notices a closed connection a little later; unlocked, it is free now.
      jdbc.sql("select pg_advisory_unlock_all()").query().singleRow();
    } catch (DataAccessException e) {
      LOG.info("the lock of {} went with its connection: {}", target.name(), e.getMessage());
    } finally {
      connection.destroy();
    }
  }

  boolean lock() {
    jdbc.sql(NOTICE_DEAD_CLIENTS).query().singleRow();
    return jdbc.sql("select pg_try_advisory_lock(:key)")
        .param("key", target.lockKey())
        .query(Boolean.class)
        .single();
  }

  void sign(String owner) {
    jdbc.sql(target.sign())
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
