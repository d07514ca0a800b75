package org.stfbatch.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.stfbatch.db.Database;
import org.stfbatch.db.DatabaseSettings;
import org.stfbatch.db.embedded.EmbeddedDatabase;

/** Temporary PostgreSQL server with an empty database, in its own folder; deleted on close. */
final class BenchDatabase implements AutoCloseable {
  private final Path home;
  private final EmbeddedDatabase.Session session;
  private final Database database;
  private final AtomicBoolean closed = new AtomicBoolean();
  private final Thread atExit = new Thread(this::remove, "bench-database");

  private BenchDatabase(Path home) {
    this.home = home;
    this.session = new EmbeddedDatabase(home).open();
    this.database = Database.open(session.settings());
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  /**
   * @param parent folder in which the server's folder is created; on the disk to be measured
   */
  static BenchDatabase open(Path parent) {
    try {
      Files.createDirectories(parent);
      return new BenchDatabase(Files.createTempDirectory(parent, "bench-"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the connection settings for other processes. */
  DatabaseSettings settings() {
    return session.settings();
  }

  DataSource dataSource() {
    return database.dataSource();
  }

  @Override
  public void close() {
    Runtime.getRuntime().removeShutdownHook(atExit);
    remove();
  }

  private void remove() {
    if (closed.getAndSet(true)) {
      return;
    }
    database.close();
    session.close();
    try (Stream<Path> files = Files.walk(home)) {
      List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
      for (Path file : deepestFirst) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
