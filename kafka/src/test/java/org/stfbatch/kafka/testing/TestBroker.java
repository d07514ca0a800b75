package org.stfbatch.kafka.testing;

import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.stfbatch.kafka.KafkaSettings;

/**
 * A real broker that all test classes of the JVM share. Register it in a static field:
 *
 * <pre>{@code
 * @RegisterExtension static final TestBroker BROKER = new TestBroker();
 * }</pre>
 *
 * Its home is {@code target/test-broker} of the module under test.
 */
public final class TestBroker implements BeforeAllCallback {

  private static final Path HOME = Path.of("target", "test-broker");

  private final AtomicInteger created = new AtomicInteger();
  private SharedBroker broker;
  private String prefix;

  /** How to connect to it. */
  public KafkaSettings settings() {
    return broker.settings();
  }

  /** The same as a file of client settings, for commands. */
  public Path clientProperties() {
    return broker.clientProperties();
  }

  /** A name of a topic that does not exist; deleted later, if it is made. */
  public String newName() {
    return prefix + created.incrementAndGet();
  }

  /** A new, empty topic; deleted when the test JVM ends. */
  public String topic(int partitions) {
    String name = newName();
    broker.create(name, partitions);
    return name;
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    broker =
        context
            .getRoot()
            .getStore(Namespace.create(TestBroker.class))
            .getOrComputeIfAbsent(
                SharedBroker.class, type -> new SharedBroker(HOME), SharedBroker.class);
    prefix = broker.prefix() + context.getRequiredTestClass().getSimpleName() + "-";
  }
}
