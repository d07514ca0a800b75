package org.stfbatch.db;

import java.sql.SQLException;

/**
 * Converts the driver's error of a failed connection into one line for the user that names the
 * cure.
 */
final class ConnectionFailure {

  private ConnectionFailure() {}

  /** SQL states: PostgreSQL's manual, appendix A. */
  static DatabaseException explain(SQLException e, DatabaseSettings settings) {
    String state = e.getSQLState() == null ? "" : e.getSQLState();
    String problem =
        switch (state) {
          case "08001" -> "no server answers; start it or correct host and port";
          case "08P01" -> "what answers is not a PostgreSQL server; correct host and port";
          case "28P01" -> "wrong password" + forUser(settings) + "; correct user or password";
          case "28000" -> "login refused" + forUser(settings) + "; allow it in pg_hba.conf";
          case "3D000" -> "no such database; create it or correct the URL";
          case "53300" -> "the server has no connection left; close some or raise max_connections";
          case "57P03" -> "the server is starting up or shutting down; try again shortly";
          case "08004" -> "login refused" + forUser(settings) + "; give user and password";
          default -> "it failed; see the cause and correct URL, user or password";
        };
    return new DatabaseException(
        "cannot use the database at "
            + settings.safeUrl()
            + ": "
            + problem
            + " ("
            + settings.hide(firstLine(e))
            + ")",
        e);
  }

  private static String forUser(DatabaseSettings settings) {
    return settings.user().isEmpty() ? "" : " for user " + settings.user();
  }

  static String firstLine(Throwable e) {
    String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    return message.lines().map(String::strip).filter(l -> !l.isEmpty()).findFirst().orElse("");
  }
}
