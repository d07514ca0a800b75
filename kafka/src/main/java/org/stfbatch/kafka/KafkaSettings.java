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

/** Connection settings of a Kafka cluster. {@link #toString} masks secrets. Immutable. */
public final class KafkaSettings {

  private static final String BOOTSTRAP = "bootstrap.servers";

  /** Settings that exactly-once delivery depends on; users cannot change them. */
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
   * Returns the settings of a cluster without authentication.
   *
   * @param bootstrapServers {@code HOST:PORT}, or several separated by commas
   * @throws BrokerException if the address is empty
   */
  public static KafkaSettings of(String bootstrapServers) {
    return of(bootstrapServers, Map.of());
  }

  /**
   * Returns settings with properties of Kafka's clients.
   *
   * @param bootstrapServers {@code HOST:PORT}, or several separated by commas
   * @param properties settings of Kafka's clients
   * @throws BrokerException if the address is empty, or a property is one that this program sets
   *     itself
   */
  public static KafkaSettings of(String bootstrapServers, Map<String, String> properties) {
    requireBootstrap(bootstrapServers);
    requireFree(properties.keySet(), "the Kafka settings");
    SortedMap<String, String> rest = new TreeMap<>(properties);
    rest.remove(BOOTSTRAP);
    return new KafkaSettings(bootstrapServers.strip(), rest);
  }

  /**
   * Reads a client properties file in the format of Kafka's own tools, for example with settings
   * for SASL and TLS.
   *
   * @param bootstrapServers overrides the file's {@code bootstrap.servers}; one of them is required
   * @param file Java properties in UTF-8
   * @throws BrokerException that names the file, if it cannot be used
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

  /** Returns the brokers' addresses, separated by commas. */
  public String bootstrapServers() {
    return bootstrapServers;
  }

  /** Returns the other settings of Kafka's clients, which may contain secrets. */
  Map<String, String> properties() {
    return properties;
  }

  /**
   * Returns a text in which every secret of these settings, and every part of one, is replaced by
   * three stars.
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

  /** Includes the parts of a JAAS entry, because the client's errors quote them. */
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
      // No cause: its message may quote the file, which may contain a password.
      throw new BrokerException(file + " is not a properties file: it has a broken \\u escape");
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
