package org.stfbatch.kafka.embedded;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import org.stfbatch.base.IoReason;
import org.stfbatch.kafka.BrokerException;
import org.stfbatch.kafka.KafkaSettings;

/**
 * The only user of an embedded broker. Whoever can read the home folder can log in, nobody else.
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
  private static final int PASSWORD_BYTES = 24;

  /** The password that was made before, if there is one. */
  static Optional<Login> read(BrokerFolders folders) {
    if (!Files.exists(folders.password())) {
      return Optional.empty();
    }
    try {
      return Optional.of(new Login(Files.readString(folders.password()).strip()));
    } catch (IOException e) {
      throw new BrokerException(
          "cannot read the embedded broker's password in "
              + folders.password()
              + "; run as the user who made it ("
              + e
              + ")",
          e);
    }
  }

  /** Makes a password and keeps it. */
  static Login make(BrokerFolders folders) {
    byte[] random = new byte[PASSWORD_BYTES];
    new SecureRandom().nextBytes(random);
    Login login = new Login(Base64.getUrlEncoder().withoutPadding().encodeToString(random));
    writePrivately(folders.password(), login.password() + "\n");
    return login;
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
    StringWriter text = new StringWriter();
    try {
      properties.store(text, "For Kafka's own tools. Written anew at every start of the broker.");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    writePrivately(file, text.toString());
  }

  /** What a client needs beside the address. */
  Map<String, String> clientProperties() {
    return Map.of(
        "security.protocol", PROTOCOL, "sasl.mechanism", MECHANISM, "sasl.jaas.config", jaas());
  }

  /** Writes a file that nobody else can read, at no time, and that is never there in part. */
  static void writePrivately(Path file, String text) {
    Path unfinished = file.resolveSibling(file.getFileName() + ".unfinished");
    try {
      Files.deleteIfExists(unfinished);
      try (var channel =
          Files.newByteChannel(
              unfinished,
              Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
        channel.write(StandardCharsets.ISO_8859_1.encode(text));
      }
      Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new BrokerException("cannot write " + file + " (" + IoReason.of(e) + ")", e);
    }
  }

  /** Without the password. */
  @Override
  public String toString() {
    return "Login[" + USER + "]";
  }
}
