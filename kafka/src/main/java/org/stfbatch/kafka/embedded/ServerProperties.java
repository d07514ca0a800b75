package org.stfbatch.kafka.embedded;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.stfbatch.base.IoReason;
import org.stfbatch.kafka.BrokerException;
import org.stfbatch.server.PrivateFile;

/** The broker's configuration file: one node that is broker and controller. */
final class ServerProperties {

  /** Room for an image inside a message. */
  private static final int LARGEST_MESSAGE = 32 << 20;

  private static final String CLIENTS = "CLIENTS";
  private static final String CONTROLLER = "CONTROLLER";
  private static final String PROTOCOLS = "listener.security.protocol.map";
  private static final int CLEANER_BYTES = 8 << 20;
  private static final String BROKER_PORT = "stf-batch.port";
  private static final String CONTROLLER_PORT = "stf-batch.controller.port";

  private ServerProperties() {}

  /**
   * @param data in the folder in which the broker runs. Its name alone is written: the folder's
   *     path may hold characters that separate paths there
   * @param login of its only user
   */
  static void write(Path file, Path data, Ports ports, Login login) {
    Properties properties = new Properties();
    properties.putAll(
        Map.of(
            "process.roles",
            "broker,controller",
            "node.id",
            "1",
            "listeners",
            CLIENTS
                + "://127.0.0.1:"
                + ports.broker()
                + ","
                + CONTROLLER
                + "://127.0.0.1:"
                + ports.controller(),
            "advertised.listeners",
            CLIENTS + "://127.0.0.1:" + ports.broker(),
            "controller.quorum.voters",
            "1@127.0.0.1:" + ports.controller(),
            "log.dirs",
            data.getFileName().toString(),
            BROKER_PORT,
            Integer.toString(ports.broker()),
            CONTROLLER_PORT,
            Integer.toString(ports.controller())));
    closed(properties, login);
    oneNode(properties);
    small(properties);
    properties.setProperty("auto.create.topics.enable", "false");
    properties.setProperty("log.retention.ms", "-1");
    properties.setProperty("message.max.bytes", Integer.toString(LARGEST_MESSAGE));
    PrivateFile.write(file, properties, "Written at every start.");
  }

  /** Whether a broker that was started with the file asks for a login. */
  static boolean isClosed(Path file) {
    return read(file).map(properties -> properties.containsKey(PROTOCOLS)).orElse(false);
  }

  /** The ports of the last start, if there was one. */
  static Optional<Ports> ports(Path file) {
    return read(file).flatMap(ServerProperties::ports);
  }

  private static Optional<Ports> ports(Properties properties) {
    try {
      return Optional.of(
          new Ports(
              Integer.parseInt(properties.getProperty(BROKER_PORT, "")),
              Integer.parseInt(properties.getProperty(CONTROLLER_PORT, ""))));
    } catch (NumberFormatException e) {
      // Cut off while it was written: the broker was not started with it.
      return Optional.empty();
    }
  }

  private static Optional<Properties> read(Path file) {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    Properties properties = new Properties();
    try (InputStream in = Files.newInputStream(file)) {
      properties.load(in);
      return Optional.of(properties);
    } catch (IOException e) {
      throw new BrokerException("cannot read " + file + " (" + IoReason.of(e) + ")", e);
    }
  }

  /** Every user of the machine can reach the ports: both ask for a login. */
  private static void closed(Properties properties, Login login) {
    properties.setProperty(
        PROTOCOLS, CLIENTS + ":" + Login.PROTOCOL + "," + CONTROLLER + ":" + Login.PROTOCOL);
    properties.setProperty("inter.broker.listener.name", CLIENTS);
    properties.setProperty("controller.listener.names", CONTROLLER);
    properties.setProperty("sasl.enabled.mechanisms", Login.MECHANISM);
    properties.setProperty("sasl.mechanism.inter.broker.protocol", Login.MECHANISM);
    properties.setProperty("sasl.mechanism.controller.protocol", Login.MECHANISM);
    for (String listener : List.of(CLIENTS, CONTROLLER)) {
      String prefix =
          ("listener.name." + listener + "." + Login.MECHANISM + ".").toLowerCase(Locale.ROOT);
      properties.setProperty(prefix + "sasl.jaas.config", login.jaas());
      properties.setProperty(
          prefix + "sasl.server.callback.handler.class", OneUser.class.getName());
    }
  }

  private static void oneNode(Properties properties) {
    properties.setProperty("offsets.topic.replication.factor", "1");
    properties.setProperty("transaction.state.log.replication.factor", "1");
    properties.setProperty("transaction.state.log.min.isr", "1");
    properties.setProperty("share.coordinator.state.topic.replication.factor", "1");
    properties.setProperty("share.coordinator.state.topic.min.isr", "1");
    // A broker that was killed is not let in again before its old session has run out.
    properties.setProperty("broker.session.timeout.ms", "3000");
    properties.setProperty("broker.heartbeat.interval.ms", "500");
    properties.setProperty("group.initial.rebalance.delay.ms", "0");
  }

  private static void small(Properties properties) {
    properties.setProperty("offsets.topic.num.partitions", "4");
    properties.setProperty("transaction.state.log.num.partitions", "4");
    properties.setProperty("share.coordinator.state.topic.num.partitions", "1");
    properties.setProperty("log.cleaner.dedupe.buffer.size", Integer.toString(CLEANER_BYTES));
    properties.setProperty("num.network.threads", "2");
    properties.setProperty("num.io.threads", "4");
  }
}
