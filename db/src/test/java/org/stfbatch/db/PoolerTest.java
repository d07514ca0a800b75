package org.stfbatch.db;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.stfbatch.db.testing.TestDatabase;

/** Tests with PgBouncer, skipped if it is not installed. */
@Timeout(60)
class PoolerTest {
  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  @TempDir private Path folder;

  @Test
  void aPoolerThatLendsConnectionsByTransactionIsRefusedWithTheCure() throws Exception {
    try (PgBouncer pooler = new PgBouncer("transaction")) {
      DatabaseSettings settings = pooler.settings();
      assertThatThrownBy(() -> Database.open(settings))
          .isInstanceOf(DatabaseException.class)
          .hasMessageContaining("pool_mode = session");
    }
  }

  @Test
  void onePerSessionIsAsGoodAsNone(TestInfo test) throws Exception {
    try (PgBouncer pooler = new PgBouncer("session");
        Database database = Database.open(pooler.settings())) {
      long run = new RunStore(database.dataSource()).findOrCreate(test.getDisplayName()).runId();
      try (RunLock lock = RunLock.tryAcquire(database, run, "one").orElseThrow()) {
        lock.beat();
      }
    }
  }

  private final class PgBouncer implements AutoCloseable {
    private final int port;
    private final Process process;

    PgBouncer(String mode) throws IOException, InterruptedException {
      Optional<Path> program =
          Stream.of("/usr/sbin/pgbouncer", "/usr/bin/pgbouncer", "/usr/local/bin/pgbouncer")
              .map(Path::of)
              .filter(Files::isExecutable)
              .findFirst();
      assumeThat(program).as("PgBouncer is installed").isPresent();
      try (ServerSocket free = new ServerSocket(0)) {
        port = free.getLocalPort();
      }
      URI server = URI.create(DATABASE.settings().url().substring("jdbc:".length()));
      Path users = folder.resolve("users.txt");
      Files.writeString(
          users,
          "\"%s\" \"%s\"%n".formatted(DATABASE.settings().user(), DATABASE.settings().password()));
      Path settings = folder.resolve("pgbouncer.ini");
      Files.writeString(
          settings,
          """
          [databases]
          * = host=%s port=%d
          [pgbouncer]
          listen_addr = 127.0.0.1
          listen_port = %d
          unix_socket_dir =
          auth_type = plain
          auth_file = %s
          pool_mode = %s
          default_pool_size = 20
          ignore_startup_parameters = extra_float_digits,options
          """
              .formatted(server.getHost(), server.getPort(), port, users, mode));
      // PgBouncer refuses to run as root: run it as user nobody, which must be able to read its
      // files.
      boolean isRoot = "root".equals(System.getProperty("user.name"));
      if (isRoot) {
        new ProcessBuilder("chown", "-R", "nobody", folder.toString()).start().waitFor();
      }
      List<String> command =
          isRoot
              ? List.of(program.get().toString(), "-u", "nobody", settings.toString())
              : List.of(program.get().toString(), settings.toString());
      process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.INHERIT)
              .start();
    }

    DatabaseSettings settings() throws InterruptedException {
      String path = URI.create(DATABASE.settings().url().substring("jdbc:".length())).getPath();
      DatabaseSettings settings =
          new DatabaseSettings(
              "jdbc:postgresql://127.0.0.1:%d%s".formatted(port, path),
              DATABASE.settings().user(),
              DATABASE.settings().password());
      awaitAnswer();
      return settings;
    }

    private void awaitAnswer() throws InterruptedException {
      while (process.isAlive()) {
        try (java.net.Socket socket = new java.net.Socket("127.0.0.1", port)) {
          return;
        } catch (IOException e) {
          process.waitFor(50, TimeUnit.MILLISECONDS);
        }
      }
      throw new IllegalStateException("PgBouncer ended with " + process.exitValue());
    }

    @Override
    public void close() throws InterruptedException {
      process.destroy();
      process.waitFor();
    }
  }
}
