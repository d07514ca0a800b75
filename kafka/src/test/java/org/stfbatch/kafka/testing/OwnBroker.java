package org.stfbatch.kafka.testing;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.stfbatch.kafka.KafkaSettings;
import org.stfbatch.kafka.embedded.EmbeddedBroker;

/** A broker for one test, which can be stopped, killed and restarted on the same port. */
public final class OwnBroker implements AutoCloseable {

  private static final long KILL_SECONDS = 20;

  private final EmbeddedBroker broker;
  private final KafkaSettings settings;

  /** Starts the broker. */
  public OwnBroker(Path home) {
    this.broker = new EmbeddedBroker(home);
    this.settings = broker.start();
  }

  /** Returns the connection settings. */
  public KafkaSettings settings() {
    return settings;
  }

  /** Returns a file with the connection settings, for commands. */
  public Path clientProperties() {
    return broker.clientProperties();
  }

  /** Restarts the broker. */
  public void start() {
    KafkaSettings now = broker.start();
    if (!now.equals(settings)) {
      throw new IllegalStateException(
          "the broker's port was taken meanwhile; start the test again");
    }
  }

  /** Stops the broker regularly. */
  public void stop() {
    broker.stop();
  }

  /** Kills the broker's process. */
  public void kill() throws Exception {
    ProcessHandle process = ProcessHandle.of(broker.status().pid().orElseThrow()).orElseThrow();
    process.destroyForcibly();
    process.onExit().get(KILL_SECONDS, TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    broker.stop();
  }
}
