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

  /** Returns the connection settings. */
  public KafkaSettings settings() {
    return broker.settings();
  }

  /** Returns a file with the connection settings, for commands. */
  public Path clientProperties() {
    return broker.clientProperties();
  }

  /** Returns a new topic name. If the topic is created, it is deleted when the test JVM ends. */
  public String newName() {
    return prefix + created.incrementAndGet();
  }

  /** Creates an empty topic, which is deleted when the test JVM ends. */
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
