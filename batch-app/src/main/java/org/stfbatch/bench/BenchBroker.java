package org.stfbatch.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.stfbatch.job.KafkaConnection;
import org.stfbatch.kafka.BrokerListener;
import org.stfbatch.kafka.embedded.EmbeddedBroker;

/** Temporary Kafka broker without topics, in its own folder; deleted on close. */
final class BenchBroker implements AutoCloseable {
  private final Path home;
  private final EmbeddedBroker.Session session;
  private final AtomicBoolean closed = new AtomicBoolean();
  private final Thread atExit = new Thread(this::remove, "bench-broker");

  private BenchBroker(Path home) {
    this.home = home;
    this.session = new EmbeddedBroker(home).open();
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  /**
   * @param parent folder in which the broker's folder is created; on the disk to be measured
   */
  static BenchBroker open(Path parent) {
    try {
      Files.createDirectories(parent);
      return new BenchBroker(Files.createTempDirectory(parent, "bench-"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  KafkaConnection connection() {
    return new KafkaConnection(session.settings(), BrokerListener.logging());
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
