package org.stfbatch.db;

import java.util.Arrays;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.CoreErrorCode;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationState;

/** Migrates the schema. If several processes start at the same time, the migrations run once. */
final class Migrations {

  private Migrations() {}

  static void run(DataSource dataSource, DatabaseSettings settings) {
    try {
      Flyway flyway =
          Flyway.configure()
              .dataSource(dataSource)
              .locations("classpath:db/migration")
              .failOnMissingLocations(true)
              .load();
      flyway.migrate();
      refuseNewerTables(flyway, settings);
    } catch (FlywayException e) {
      throw explain(e, settings);
    }
  }

  /** Flyway accepts a schema of a later version; writing to it could corrupt its data. */
  private static void refuseNewerTables(Flyway flyway, DatabaseSettings settings) {
    boolean newer =
        Arrays.stream(flyway.info().applied())
            .anyMatch(applied -> applied.getState() == MigrationState.FUTURE_SUCCESS);
    if (newer) {
      throw new DatabaseException(
          "the tables at "
              + settings.safeUrl()
              + " were made by a newer stf-batch; use that version or another database");
    }
  }

  private static DatabaseException explain(FlywayException e, DatabaseSettings settings) {
    String where = settings.safeUrl();
    if (e.getErrorCode() == CoreErrorCode.NON_EMPTY_SCHEMA_WITHOUT_SCHEMA_HISTORY_TABLE) {
      return new DatabaseException(
          "the database at " + where + " holds other tables; give stf-batch an empty one", e);
    }
    return new DatabaseException(
        "cannot create the tables at "
            + where
            + "; check that the user may, and that nobody changed them by hand ("
            + ConnectionFailure.firstLine(e)
            + ")",
        e);
  }
}
