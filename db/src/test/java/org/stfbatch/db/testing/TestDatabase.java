package org.stfbatch.db.testing;

import java.nio.file.Path;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.stfbatch.db.Database;
import org.stfbatch.db.DatabaseSettings;

/**
 * A fresh, migrated database for a test class, on a real PostgreSQL server that all classes of the
 * test JVM share. Register it in a static field:
 *
 * <pre>{@code
 * @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();
 * }</pre>
 *
 * The server's home is {@code target/test-database} of the module under test.
 */
public final class TestDatabase implements BeforeAllCallback, AfterAllCallback {

  private static final Path HOME = Path.of("target", "test-database");

  private TestServer server;
  private DatabaseSettings settings;
  private Database database;

  /** Returns the open database. */
  public Database database() {
    return database;
  }

  /** Returns the database's pool. */
  public DataSource dataSource() {
    return database.dataSource();
  }

  /** Returns the connection settings, for example for another process. */
  public DatabaseSettings settings() {
    return settings;
  }

  /**
   * Creates an empty database on the same server, which is dropped when the test JVM ends.
   *
   * @param options of {@code create database}
   */
  public DatabaseSettings createEmpty(String options) {
    return server.create(options);
  }

  /**
   * Creates a database like {@link #createEmpty}, with the schema that an older version of the
   * program has made.
   *
   * @param version the last migration
   */
  public DatabaseSettings createMigrated(String version) {
    DatabaseSettings older = createEmpty("");
    Flyway.configure()
        .dataSource(older.url(), older.user(), older.password())
        .locations("classpath:db/migration")
        .target(version)
        .load()
        .migrate();
    return older;
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    server = sharedServer(context);
    settings = server.create("");
    database = Database.open(settings);
  }

  @Override
  public void afterAll(ExtensionContext context) {
    database.close();
    server.drop(settings);
  }

  private static TestServer sharedServer(ExtensionContext context) {
    return context
        .getRoot()
        .getStore(Namespace.create(TestDatabase.class))
        .getOrComputeIfAbsent(TestServer.class, type -> new TestServer(HOME), TestServer.class);
  }
}
