package org.stfbatch.kafka.testing;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaFuture;
import org.stfbatch.kafka.BrokerListener;
import org.stfbatch.kafka.KafkaSettings;
import org.stfbatch.kafka.TopicAdmin;
import org.stfbatch.kafka.embedded.EmbeddedBroker;

/** Broker that the test classes of one JVM share. */
final class SharedBroker implements AutoCloseable {

  private static final String PREFIX = "test-";

  private final EmbeddedBroker.Session session;
  private final Path clientProperties;
  private final Admin admin;
  private final TopicAdmin topics;
  private final String prefix = PREFIX + ProcessHandle.current().pid() + "-";

  SharedBroker(Path home) {
    EmbeddedBroker broker = new EmbeddedBroker(home);
    session = broker.open();
    clientProperties = broker.clientProperties();
    admin = Admin.create(read(clientProperties));
    topics = new TopicAdmin(session.settings(), BrokerListener.logging());
    deleteTopics(name -> name.startsWith(PREFIX) && !ownerIsAlive(name));
  }

  String prefix() {
    return prefix;
  }

  Path clientProperties() {
    return clientProperties;
  }

  private static Properties read(Path file) {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file)) {
      properties.load(reader);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties;
  }

  KafkaSettings settings() {
    return session.settings();
  }

  /** Creates a topic, which is visible when this returns. */
  void create(String topic, int partitions) {
    topics.create(topic, partitions);
  }

  @Override
  public void close() {
    deleteTopics(name -> name.startsWith(prefix));
    topics.close();
    admin.close();
    session.close();
  }

  private void deleteTopics(Predicate<String> which) {
    List<String> names = get(admin.listTopics().names()).stream().filter(which).toList();
    get(admin.deleteTopics(names).all());
  }

  private static boolean ownerIsAlive(String topic) {
    return ProcessHandle.of(Long.parseLong(topic.split("-")[1])).isPresent();
  }

  private static <T> T get(KafkaFuture<T> future) {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
