package org.stfbatch.db;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import javax.sql.DataSource;

/**
 * Connection pool of a PostgreSQL database whose schema is up to date.
 *
 * <p>Thread safe. Several processes may open the same database at the same time; the migrations run
 * once. The owner closes it after all stores are done.
 */
public final class Database implements AutoCloseable {

  private static final int MINIMUM_MAJOR_VERSION = 14;
  private static final int CONNECT_SECONDS = 5;
  private static final int LOGIN_SECONDS = 10;

  /** Short, because a step that lost the database fails only after several such waits. */
  private static final int POOL_SECONDS = 3;

  private static final int POOL_SIZE = 8;

  private final DatabaseSettings settings;
  private final HikariDataSource pool;

  private Database(DatabaseSettings settings, HikariDataSource pool) {
    this.settings = settings;
    this.pool = pool;
  }

  /**
   * Connects, checks the server's version and encoding, checks that no pooler shares the session,
   * and migrates the schema.
   *
   * @throws DatabaseException with one line for the user if any of that fails
   */
  public static Database open(DatabaseSettings settings) {
    requirePostgresUrl(settings);
    requireSuitableServer(settings);
    HikariDataSource pool = new HikariDataSource(poolConfig(settings));
    try {
      Migrations.run(pool, settings);
      return new Database(settings, pool);
    } catch (RuntimeException e) {
      pool.close();
      throw e;
    }
  }

  /** Returns the pool. A request for a connection fails after three seconds. */
  public DataSource dataSource() {
    return pool;
  }

  /** Returns the settings that this database was opened with. */
  public DatabaseSettings settings() {
    return settings;
  }

  /**
   * Checks that the server answers, and evicts the pool's existing connections, which may be
   * broken.
   *
   * @throws DatabaseException with one line for the user if the server does not answer
   */
  public void reconnect() {
    try (Connection connection = dedicatedConnection(new Properties())) {
      connection.isValid(LOGIN_SECONDS);
    } catch (SQLException e) {
      throw ConnectionFailure.explain(e, settings);
    }
    pool.getHikariPoolMXBean().softEvictConnections();
  }

  /** Returns whether the server answers now. */
  public boolean answers() {
    try (Connection connection = dedicatedConnection(new Properties())) {
      return connection.isValid(CONNECT_SECONDS);
    } catch (SQLException e) {
      return false;
    }
  }

  /** Closes the pool and aborts connections that are still in use. */
  @Override
  public void close() {
    pool.close();
  }

  /** Opens a connection outside the pool, for session-level locks. */
  Connection dedicatedConnection(Properties properties) throws SQLException {
    Properties all = connectionProperties(settings);
    all.putAll(properties);
    return DriverManager.getConnection(settings.url(), all);
  }

  private static void requirePostgresUrl(DatabaseSettings settings) {
    if (!settings.url().startsWith("jdbc:postgresql:")) {
      throw new DatabaseException(
          "not a PostgreSQL URL: "
              + settings.safeUrl()
              + "; write jdbc:postgresql://HOST:PORT/DATABASE");
    }
  }

  private static void requireSuitableServer(DatabaseSettings settings) {
    try (Connection connection = connect(settings);
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("show server_encoding")) {
      requireVersion(connection.getMetaData().getDatabaseMajorVersion(), settings);
      row.next();
      requireUtf8(row.getString(1), settings);
      PoolerCheck.requireOwnSession(settings, connection, () -> connect(settings));
    } catch (SQLException e) {
      throw ConnectionFailure.explain(e, settings);
    }
  }

  private static Connection connect(DatabaseSettings settings) throws SQLException {
    return DriverManager.getConnection(settings.url(), connectionProperties(settings));
  }

  private static void requireVersion(int major, DatabaseSettings settings) {
    if (major < MINIMUM_MAJOR_VERSION) {
      throw new DatabaseException(
          "the server at "
              + settings.safeUrl()
              + " is PostgreSQL "
              + major
              + ", too old; use PostgreSQL "
              + MINIMUM_MAJOR_VERSION
              + " or newer");
    }
  }

  private static void requireUtf8(String encoding, DatabaseSettings settings) {
    if (!encoding.equals("UTF8")) {
      throw new DatabaseException(
          "the database at "
              + settings.safeUrl()
              + " has encoding "
              + encoding
              + " and cannot hold every character; create one with ENCODING 'UTF8'");
    }
  }

  private static HikariConfig poolConfig(DatabaseSettings settings) {
    HikariConfig config = new HikariConfig();
    config.setPoolName("stf-batch");
    config.setJdbcUrl(settings.url());
    config.setDataSourceProperties(connectionProperties(settings));
    config.setMaximumPoolSize(POOL_SIZE);
    config.setMinimumIdle(1);
    config.setConnectionTimeout(POOL_SECONDS * 1000L);
    return config;
  }

  private static Properties connectionProperties(DatabaseSettings settings) {
    Properties properties = new Properties();
    properties.setProperty("ApplicationName", "stf-batch");
    properties.setProperty("connectTimeout", Integer.toString(CONNECT_SECONDS));
    properties.setProperty("loginTimeout", Integer.toString(LOGIN_SECONDS));
    properties.setProperty("tcpKeepAlive", "true");
    properties.setProperty("reWriteBatchedInserts", "true");
    if (!settings.user().isEmpty()) {
      properties.setProperty("user", settings.user());
    }
    if (!settings.password().isEmpty()) {
      properties.setProperty("password", settings.password());
    }
    return properties;
  }
}
