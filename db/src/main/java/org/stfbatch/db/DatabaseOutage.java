package org.stfbatch.db;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.Set;
import org.springframework.dao.OptimisticLockingFailureException;

/** Tells the database's absence, which passes, from everything else that can go wrong with it. */
public final class DatabaseOutage {

  private static final String CONNECTION_EXCEPTION = "08";

  /**
   * PostgreSQL's manual, appendix A: admin_shutdown, crash_shutdown, cannot_connect_now,
   * too_many_connections (the connections of before may linger when a server is back), and
   * idle_in_transaction_session_timeout (this process stood still).
   */
  private static final Set<String> AWAY = Set.of("57P01", "57P02", "57P03", "53300", "25P03");

  private DatabaseOutage() {}

  /**
   * Whether an error, or one of its causes, says that the database went away or is not there. That
   * somebody else has changed a row says so, too: those that are watched, Spring Batch's of a
   * process's own steps, are changed by that process alone, and differ from what it knows when a
   * commit was lost with its connection.
   */
  public static boolean isBehind(Throwable error) {
    for (Throwable e = error; e != null; e = e.getCause() == e ? null : e.getCause()) {
      if (e instanceof LockLostException
          || e instanceof OptimisticLockingFailureException
          || e instanceof SQLException sql && isAway(sql)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isAway(SQLException e) {
    String state = e.getSQLState();
    return e instanceof SQLTransientConnectionException
        || state != null && (state.startsWith(CONNECTION_EXCEPTION) || AWAY.contains(state));
  }
}
