package org.stfbatch.kafka.embedded;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.stfbatch.kafka.KafkaSettings;
import org.stfbatch.server.PasswordFile;
import org.stfbatch.server.PrivateFile;

/**
 * The only user of an embedded broker.
 *
 * @param password letters, digits, hyphens and underscores
 */
record Login(String password) {

  /**
   * Nobody learns the password from a login, not even a program that listens where the broker did.
   */
  static final String MECHANISM = "SCRAM-SHA-512";

  static final String PROTOCOL = "SASL_PLAINTEXT";

  private static final String USER = "stfbatch";

  /** With the password that was made before, if there is one. */
  static Optional<Login> read(BrokerFolders folders) {
    return new PasswordFile(folders.password()).read().map(Login::new);
  }

  /** With a new password, which is kept. */
  static Login make(BrokerFolders folders) {
    return new Login(new PasswordFile(folders.password()).make());
  }

  /** What Kafka's security settings call a JAAS entry. */
  String jaas() {
    return "org.apache.kafka.common.security.scram.ScramLoginModule required username=\""
        + USER
        + "\" password=\""
        + password
        + "\";";
  }

  /** How to connect. */
  KafkaSettings settings(String address) {
    return KafkaSettings.of(address, clientProperties());
  }

  /** Writes a file for Kafka's own tools. */
  void writeClientProperties(Path file, String address) {
    Properties properties = new Properties();
    properties.putAll(clientProperties());
    properties.setProperty("bootstrap.servers", address);
    PrivateFile.write(
        file, properties, "For Kafka's own tools. Written at every start of the broker.");
  }

  /** What a client needs beside the address. */
  Map<String, String> clientProperties() {
    return Map.of(
        "security.protocol", PROTOCOL, "sasl.mechanism", MECHANISM, "sasl.jaas.config", jaas());
  }

  /** Without the password. */
  @Override
  public String toString() {
    return "Login[" + USER + "]";
  }
}
