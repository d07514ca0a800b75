package org.stfbatch.kafka.embedded;

import java.nio.file.Path;
import org.stfbatch.kafka.BrokerException;
import org.stfbatch.kafka.KafkaSettings;
import org.stfbatch.server.SharedServer;

/**
 * The Kafka broker of a home folder, below {@code HOME/kafka}: Apache Kafka itself, one node.
 *
 * <p>A broker that was killed recovers what it had acknowledged when it is started again; a power
 * cut may cost it the last seconds, because like any Kafka it leaves writing to disk to the system.
 *
 * <p>It listens on 127.0.0.1 only, on the port of its last start if that is free, and asks for a
 * password that is generated once; a store that was made without one is used on with one. It makes
 * no topic by itself and forgets no message. Methods throw {@link BrokerException}.
 */
public final class EmbeddedBroker extends SharedServer<KafkaSettings> {

  private final BrokerFolders folders;

  /**
   * @param home the home folder, made at the first start if it does not exist
   */
  public EmbeddedBroker(Path home) {
    this(new BrokerFolders(home));
  }

  private EmbeddedBroker(BrokerFolders folders) {
    super("embedded broker", folders, new BrokerProcess(folders), BrokerException::new);
    this.folders = folders;
  }

  /**
   * A file of client settings for Kafka's own tools, address and password included; there when the
   * broker was started once.
   */
  public Path clientProperties() {
    return folders.clientProperties();
  }
}
