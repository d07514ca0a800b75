package org.stfbatch.cli.service;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.stfbatch.cli.console.Notices;
import org.stfbatch.job.BrokerWait;
import org.stfbatch.job.KafkaConnection;
import org.stfbatch.job.StopSignal;
import org.stfbatch.kafka.BrokerException;
import org.stfbatch.kafka.KafkaSettings;
import org.stfbatch.kafka.StoppedException;
import org.stfbatch.kafka.embedded.EmbeddedBroker;

/** The Kafka cluster of the global options: the user's own, or the embedded broker. */
public final class Brokers {
  private static final Duration LOOK = Duration.ofSeconds(5);

  private final Stores stores;
  private Optional<String> bootstrap = Optional.empty();
  private Optional<Path> config = Optional.empty();

  /** Uses the home folder and the patience of {@code stores}. */
  public Brokers(Stores stores) {
    this.stores = stores;
  }

  /** Sets the user's own cluster; null or blank for the embedded broker. */
  public void setBootstrap(String servers) {
    bootstrap = Optional.ofNullable(servers).filter(text -> !text.isBlank());
  }

  /** Sets a properties file for the Kafka clients; null or blank for none. */
  public void setConfig(Path file) {
    config = Optional.ofNullable(file).filter(path -> !path.toString().isBlank());
  }

  /** Returns whether the embedded broker is used. */
  public boolean isEmbedded() {
    return bootstrap.isEmpty() && config.isEmpty();
  }

  /** Returns the embedded broker, whether it is used or not; starts nothing. */
  public EmbeddedBroker embedded() {
    return new EmbeddedBroker(stores.home());
  }

  /**
   * Prepares the connection, and starts the embedded broker if necessary.
   *
   * @param stop ends the start; requested when the broker is unavailable for too long
   */
  public Connected open(StopSignal stop) {
    return open(stop, stores.patience());
  }

  /**
   * As {@link #open}, for a command without work to protect: a broker that does not answer soon is
   * most likely a wrong address.
   */
  public Connected openToLook(StopSignal stop) {
    Duration patience = stores.patience();
    return open(stop, patience.compareTo(LOOK) < 0 ? patience : LOOK);
  }

  /**
   * Returns why a read-only command was stopped: by the user, or because the broker does not
   * answer.
   */
  public static RuntimeException reason(StopSignal stop, StoppedException stopped) {
    return stop.reason()
        .filter(why -> !Shutdown.isTold(stop))
        .<RuntimeException>map(
            why -> new BrokerException(why + ": check --kafka-bootstrap", stopped))
        .orElse(stopped);
  }

  private Connected open(StopSignal stop, Duration patience) {
    if (!isEmbedded()) {
      return connected(settings(), stop, patience, () -> {}, () -> {});
    }
    EmbeddedBroker broker = embedded();
    EmbeddedBroker.Session session = Interruptible.get("the embedded broker", stop, broker::open);
    // Any session restarts a killed broker; this one keeps it running.
    return connected(
        session.settings(), stop, patience, () -> broker.open().close(), session::close);
  }

  private KafkaSettings settings() {
    return config.isPresent()
        ? KafkaSettings.read(bootstrap, config.get())
        : KafkaSettings.of(bootstrap.orElseThrow());
  }

  private Connected connected(
      KafkaSettings settings,
      StopSignal stop,
      Duration patience,
      Runnable revive,
      Runnable broker) {
    BrokerWait wait = new BrokerWait(patience, stop, revive, Notices::onStderr);
    return new Connected(new KafkaConnection(settings, wait), wait, broker);
  }

  /**
   * An open cluster.
   *
   * @param kafka the cluster
   * @param patience waits during outages
   * @param broker releases the embedded broker
   */
  public record Connected(KafkaConnection kafka, BrokerWait patience, Runnable broker)
      implements AutoCloseable {
    @Override
    public void close() {
      patience.close();
      broker.run();
    }
  }
}
