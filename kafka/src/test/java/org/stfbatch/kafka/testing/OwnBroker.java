package org.stfbatch.kafka.testing;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.stfbatch.kafka.KafkaSettings;
import org.stfbatch.kafka.embedded.EmbeddedBroker;

/** A broker of a test's own, to be stopped, killed and started again on the same port. */
public final class OwnBroker implements AutoCloseable {

  private static final long KILL_SECONDS = 20;

  private final EmbeddedBroker broker;
  private final KafkaSettings settings;

  /** Starts it. */
  public OwnBroker(Path home) {
    this.broker = new EmbeddedBroker(home);
    this.settings = broker.start();
  }

  /** How to connect to it. */
  public KafkaSettings settings() {
    return settings;
  }

  /** The same as a file of client settings, for commands. */
  public Path clientProperties() {
    return broker.clientProperties();
  }

  /** Starts it again. */
  public void start() {
    KafkaSettings now = broker.start();
    if (!now.equals(settings)) {
      throw new IllegalStateException(
          "the broker's port was taken meanwhile; start the test again");
    }
  }

  /** Ends it as a user would. */
  public void stop() {
    broker.stop();
  }

  /** Ends it as a crash would. */
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
