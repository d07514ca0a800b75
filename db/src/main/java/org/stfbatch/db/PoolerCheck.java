package org.stfbatch.db;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayDeque;
import java.util.Deque;
import org.postgresql.PGConnection;

/**
 * Detects a connection pooler that assigns server processes by transaction, such as PgBouncer with
 * {@code pool_mode = transaction}. Session-level advisory locks do not work behind one.
 */
final class PoolerCheck {
  /** More than one, because the pooler may assign the server process to another client first. */
  private static final int PROBES = 3;

  private PoolerCheck() {}

  /** Opens another connection to the same database. */
  @FunctionalInterface
  interface Opener {
    Connection open() throws SQLException;
  }

  /**
   * Checks that the server process is the connection's own.
   *
   * @throws DatabaseException that names the cure, if the pooler assigns the process to other
   *     connections, too
   */
  static void requireOwnSession(DatabaseSettings settings, Connection connection, Opener opener) {
    try {
      int process = process(connection);
      boolean isPooled = connection.unwrap(PGConnection.class).getBackendPID() != process;
      if (isPooled && isAssignedToOther(opener, process)) {
        throw new DatabaseException(
            "the pooler at %s lends server connections by transaction, and locks need a session of their own: name PostgreSQL itself in --db-url, or a pool with pool_mode = session"
                .formatted(settings.safeUrl()));
      }
    } catch (SQLException e) {
      throw ConnectionFailure.explain(e, settings);
    }
  }

  private static int process(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("select pg_backend_pid()")) {
      row.next();
      return row.getInt(1);
    }
  }

  /**
   * Returns whether the pooler assigns that server process to another connection in a transaction.
   */
  private static boolean isAssignedToOther(Opener opener, int process) throws SQLException {
    Deque<Connection> others = new ArrayDeque<>();
    try {
      while (others.size() < PROBES) {
        others.push(opener.open());
        others.peek().setAutoCommit(false);
        if (process(others.peek()) == process) {
          return true;
        }
      }
      return false;
    } finally {
      for (Connection other : others) {
        other.close();
      }
    }
  }
}
