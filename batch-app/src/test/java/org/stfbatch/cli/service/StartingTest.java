package org.stfbatch.cli.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.stfbatch.job.JobFailedException;
import org.stfbatch.job.StopSignal;

/**
 * Stopping a command while another one holds the home lock and starts a server, which may take
 * minutes.
 */
@Timeout(60)
class StartingTest {
  @TempDir private Path home;

  @Test
  void aStopEndsWaitingForServersThatAreBeingStarted() throws Exception {
    Process other = holding("kafka/lock", "pg/lock");
    try {
      Stores stores = new Stores(Map.of());
      stores.setHome(home);
      StopSignal stop = new StopSignal();
      CompletableFuture<?> database = CompletableFuture.runAsync(() -> stores.open(stop));
      CompletableFuture<?> broker =
          CompletableFuture.runAsync(() -> new Brokers(stores).open(stop));
      assertThatThrownBy(() -> CompletableFuture.anyOf(database, broker).get(1, TimeUnit.SECONDS))
          .isInstanceOf(TimeoutException.class);

      stop.request("told to stop");

      for (CompletableFuture<?> waiting : new CompletableFuture<?>[] {database, broker}) {
        assertThatThrownBy(waiting::join)
            .isInstanceOf(CompletionException.class)
            .cause()
            .isInstanceOf(JobFailedException.class)
            .hasMessageStartingWith("stopped (told to stop) while waiting for the ");
      }
    } finally {
      other.destroyForcibly();
    }
  }

  @Test
  void aStopThatComesWhenItIsThereLeavesTheThreadAlone() {
    StopSignal stop = new StopSignal();
    String got = Interruptible.get("nothing", stop, () -> "there");
    stop.request("told to stop");
    assertThat(got).isEqualTo("there");
    assertThat(Thread.interrupted()).isFalse();
  }

  private Process holding(String... files) throws IOException {
    for (String file : files) {
      Files.createDirectories(home.resolve(file).getParent());
    }
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Holder.class.getName(),
                home.resolve(files[0]).toString(),
                home.resolve(files[1]).toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    assertThat(process.inputReader().readLine()).isEqualTo("held");
    return process;
  }

  /** Main class of a process that locks files until its input ends. */
  static final class Holder {
    private Holder() {}

    public static void main(String[] files) throws IOException {
      try (FileChannel first = open(files[0]);
          FileChannel second = open(files[1])) {
        first.lock();
        second.lock();
        System.out.println("held");
        System.in.readAllBytes();
      }
    }

    private static FileChannel open(String file) throws IOException {
      return FileChannel.open(Path.of(file), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }
  }
}
