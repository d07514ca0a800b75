package org.stfbatch.kafka.embedded;

import java.nio.file.Path;
import org.stfbatch.server.ServerFolders;

/** Where the broker's files are, below {@code HOME/kafka}. */
final class BrokerFolders extends ServerFolders {

  static final String PROPERTIES = "server.properties";

  BrokerFolders(Path home) {
    super(home, "kafka");
  }

  Path properties() {
    return server().resolve(PROPERTIES);
  }

  /** How to connect, for Kafka's own tools. */
  Path clientProperties() {
    return server().resolve("client.properties");
  }
}
