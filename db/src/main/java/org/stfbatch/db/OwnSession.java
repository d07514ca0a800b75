package org.stfbatch.db;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayDeque;
import java.util.Deque;
import org.postgresql.PGConnection;

/**
 * Tells a connection with a server process of its own from one behind a pooler that lends server
 * processes by transaction, as PgBouncer does with {@code pool_mode = transaction}: locks of a
 * session are of no use there.
 */
final class OwnSession {
  /** Other clients may be given the process first. */
  private static final int PROBES = 3;

  private OwnSession() {}

  /** Makes another connection to the same database. */
  @FunctionalInterface
  interface Opener {
    Connection open() throws SQLException;
  }

  /**
   * @throws DatabaseException with the cure, if others are lent the connection's server process
   */
  static void require(DatabaseSettings settings, Connection connection, Opener opener) {
    try {
      int process = process(connection);
      boolean isPooled = connection.unwrap(PGConnection.class).getBackendPID() != process;
      if (isPooled && isLentTo(opener, process)) {
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

  /** Whether somebody else, within a transaction, is given that server process. */
  private static boolean isLentTo(Opener opener, int process) throws SQLException {
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
