package org.stfbatch.db.testing;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.stfbatch.db.DatabaseSettings;
import org.stfbatch.db.embedded.EmbeddedDatabase;

/** Database server that the test classes of one JVM share. */
final class TestServer implements AutoCloseable {

  private final EmbeddedDatabase.Session session;
  private final JdbcClient admin;
  private final String prefix = "test_" + ProcessHandle.current().pid() + "_";
  private final AtomicInteger created = new AtomicInteger();

  TestServer(Path home) {
    this.session = new EmbeddedDatabase(home).open();
    DatabaseSettings settings = session.settings();
    this.admin =
        JdbcClient.create(
            new DriverManagerDataSource(settings.url(), settings.user(), settings.password()));
    dropDatabasesOfKilledTests();
  }

  DatabaseSettings create(String options) {
    String name = prefix + created.incrementAndGet();
    admin.sql("create database " + name + " " + options).update();
    String url = session.settings().url();
    return new DatabaseSettings(
        url.substring(0, url.lastIndexOf('/') + 1) + name,
        session.settings().user(),
        session.settings().password());
  }

  void drop(DatabaseSettings settings) {
    drop(settings.url().substring(settings.url().lastIndexOf('/') + 1));
  }

  @Override
  public void close() {
    testDatabases().stream().filter(name -> name.startsWith(prefix)).forEach(this::drop);
    session.close();
  }

  private void drop(String name) {
    admin.sql("drop database if exists " + name + " with (force)").update();
  }

  private void dropDatabasesOfKilledTests() {
    testDatabases().stream()
        .filter(name -> ProcessHandle.of(Long.parseLong(name.split("_")[1])).isEmpty())
        .forEach(this::drop);
  }

  private List<String> testDatabases() {
    return admin
        .sql("select datname from pg_database where datname ~ '^test_[0-9]+_[0-9]+$'")
        .query(String.class)
        .list();
  }
}
