package org.stfbatch.kafka;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.stfbatch.base.IoReason;
import org.stfbatch.secret.Secrets;

/** How to reach a Kafka cluster. Never shows a secret. Immutable. */
public final class KafkaSettings {

  private static final String BOOTSTRAP = "bootstrap.servers";

  /** Exactly-once depends on them, so this program alone sets them. */
  private static final Set<String> PROTECTED =
      Set.of(
          "acks",
          "allow.auto.create.topics",
          "auto.offset.reset",
          "enable.auto.commit",
          "enable.idempotence",
          "group.instance.id",
          "group.protocol",
          "isolation.level",
          "key.deserializer",
          "key.serializer",
          "max.in.flight.requests.per.connection",
          "partition.assignment.strategy",
          "retries",
          "transaction.two.phase.commit.enable",
          "transactional.id",
          "value.deserializer",
          "value.serializer");

  private static final List<String> SECRET_ENDINGS =
      List.of("password", "secret", "token", "jaas.config", "keystore.key", "credentials");

  private final String bootstrapServers;
  private final SortedMap<String, String> properties;

  private KafkaSettings(String bootstrapServers, Map<String, String> properties) {
    this.bootstrapServers = bootstrapServers;
    this.properties = Collections.unmodifiableSortedMap(new TreeMap<>(properties));
  }

  /**
   * A cluster that asks for no password.
   *
   * @param bootstrapServers {@code HOST:PORT}, or several with commas between
   */
  public static KafkaSettings of(String bootstrapServers) {
    return of(bootstrapServers, Map.of());
  }

  /**
   * @param bootstrapServers {@code HOST:PORT}, or several with commas between
   * @param properties settings of Kafka's clients
   * @throws BrokerException if a property is one that this program sets itself
   */
  public static KafkaSettings of(String bootstrapServers, Map<String, String> properties) {
    requireBootstrap(bootstrapServers);
    requireFree(properties.keySet(), "the Kafka settings");
    SortedMap<String, String> rest = new TreeMap<>(properties);
    rest.remove(BOOTSTRAP);
    return new KafkaSettings(bootstrapServers.strip(), rest);
  }

  /**
   * Reads a file of client settings, as Kafka's own tools take it: for SASL and TLS above all.
   *
   * @param bootstrapServers wins over the file's {@code bootstrap.servers}; one of them is needed
   * @param file Java properties in UTF-8
   * @throws BrokerException naming the file, if it cannot be used
   */
  public static KafkaSettings read(Optional<String> bootstrapServers, Path file) {
    Properties read = load(file);
    SortedMap<String, String> properties = new TreeMap<>();
    read.stringPropertyNames()
        .forEach(name -> properties.put(name, read.getProperty(name).strip()));
    requireFree(properties.keySet(), file.toString());
    String inFile = properties.remove(BOOTSTRAP);
    String bootstrap =
        bootstrapServers
            .or(() -> Optional.ofNullable(inFile))
            .orElseThrow(
                () ->
                    new BrokerException(
                        file
                            + " has no "
                            + BOOTSTRAP
                            + "; add it, or give the brokers' addresses"));
    requireBootstrap(bootstrap);
    return new KafkaSettings(bootstrap.strip(), properties);
  }

  /** The brokers' addresses, with commas between. */
  public String bootstrapServers() {
    return bootstrapServers;
  }

  /** Further settings of Kafka's clients; may hold secrets. */
  Map<String, String> properties() {
    return properties;
  }

  /**
   * The text with every secret of these settings, and every part of one, replaced by three stars.
   */
  String withoutSecrets(String text) {
    return Secrets.of(secretParts()).hide(text);
  }

  @Override
  public String toString() {
    SortedMap<String, String> shown = new TreeMap<>(properties);
    shown.replaceAll((name, value) -> isSecret(name) ? "***" : withoutSecrets(value));
    return "KafkaSettings[" + bootstrapServers + (shown.isEmpty() ? "" : ", " + shown) + "]";
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof KafkaSettings that
        && bootstrapServers.equals(that.bootstrapServers)
        && properties.equals(that.properties);
  }

  @Override
  public int hashCode() {
    return Objects.hash(bootstrapServers, properties);
  }

  private static boolean isSecret(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return SECRET_ENDINGS.stream().anyMatch(lower::endsWith);
  }

  /** A JAAS entry is also taken apart, because the client complains about its parts. */
  private List<String> secretParts() {
    return properties.entrySet().stream()
        .filter(property -> isSecret(property.getKey()))
        .map(Map.Entry::getValue)
        .flatMap(value -> Stream.concat(Stream.of(value), Stream.of(value.split("[\\s;=\"']+"))))
        .toList();
  }

  private static Properties load(Path file) {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      properties.load(reader);
    } catch (CharacterCodingException e) {
      throw new BrokerException(file + " is not UTF-8; encode it so", e);
    } catch (IOException e) {
      throw new BrokerException(
          "cannot read " + file + "; check its path (" + IoReason.of(e) + ")", e);
    } catch (IllegalArgumentException e) {
      // Its message may quote the file, which may hold a password.
      throw new BrokerException(file + " is no properties file: it has a broken \\u escape");
    }
    return properties;
  }

  private static void requireBootstrap(String bootstrapServers) {
    if (bootstrapServers.isBlank()) {
      throw new BrokerException("the Kafka broker's address is empty; give HOST:PORT");
    }
  }

  private static void requireFree(Set<String> names, String where) {
    Set<String> taken = new TreeSet<>(names);
    taken.retainAll(PROTECTED);
    if (!taken.isEmpty()) {
      throw new BrokerException(
          where
              + " sets "
              + String.join(", ", taken)
              + ", which this program sets itself so that nothing is lost or doubled; take "
              + (taken.size() == 1 ? "it" : "them")
              + " out");
    }
  }
}
