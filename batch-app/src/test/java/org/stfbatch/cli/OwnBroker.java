package org.stfbatch.cli;

import java.nio.file.Path;
import org.stfbatch.kafka.KafkaSettings;
import org.stfbatch.kafka.embedded.EmbeddedBroker;

/** A broker of one test, which may kill it. */
final class OwnBroker implements AutoCloseable {
  private final EmbeddedBroker broker;
  private final KafkaSettings settings;

  OwnBroker(Path home) {
    broker = new EmbeddedBroker(home);
    settings = broker.start();
  }

  Path clientProperties() {
    return broker.clientProperties();
  }

  KafkaSettings settings() {
    return settings;
  }

  /** Kills the broker (SIGKILL). */
  void kill() {
    ProcessHandle process = ProcessHandle.of(broker.status().pid().orElseThrow()).orElseThrow();
    process.destroyForcibly();
    process.onExit().join();
  }

  /** Restarts it at the same address, with everything that it had acknowledged. */
  void startAgain() {
    broker.start();
  }

  @Override
  public void close() {
    broker.stop();
  }
}
