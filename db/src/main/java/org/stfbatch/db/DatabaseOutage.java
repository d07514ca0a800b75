package org.stfbatch.db;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.Set;
import org.springframework.dao.OptimisticLockingFailureException;

/**
 * Classifier of database errors: temporary unavailability of the server, after which a retry makes
 * sense, or anything else.
 */
public final class DatabaseOutage {

  private static final String CONNECTION_EXCEPTION = "08";

  /**
   * SQL states of PostgreSQL's manual, appendix A: admin_shutdown, crash_shutdown,
   * cannot_connect_now, too_many_connections (old connections may still be open when a server is
   * back), and idle_in_transaction_session_timeout (this process was suspended).
   */
  private static final Set<String> UNAVAILABLE =
      Set.of("57P01", "57P02", "57P03", "53300", "25P03");

  private DatabaseOutage() {}

  /**
   * Returns whether an error, or one of its causes, means that the database is unavailable. An
   * optimistic locking failure counts, too: the only rows with a version are Spring Batch's rows of
   * this process's own steps. Nobody else updates them, so their version is unexpected only after a
   * commit whose result was lost with the connection.
   */
  public static boolean isBehind(Throwable error) {
    for (Throwable e = error; e != null; e = e.getCause() == e ? null : e.getCause()) {
      if (e instanceof LockLostException
          || e instanceof OptimisticLockingFailureException
          || e instanceof SQLException sql && isUnavailable(sql)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isUnavailable(SQLException e) {
    String state = e.getSQLState();
    return e instanceof SQLTransientConnectionException
        || state != null && (state.startsWith(CONNECTION_EXCEPTION) || UNAVAILABLE.contains(state));
  }
}
