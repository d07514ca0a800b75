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

/** A PostgreSQL server with an empty database in a folder of its own, gone after use. */
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
   * @param parent the folder in which the server's own is made; on the disk that is to be measured
   */
  static BenchDatabase open(Path parent) {
    try {
      Files.createDirectories(parent);
      return new BenchDatabase(Files.createTempDirectory(parent, "bench-"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** How another process connects to it. */
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
