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

/** The Kafka cluster that the global options name: the user's own, or the embedded broker. */
public final class Brokers {
  private static final Duration LOOK = Duration.ofSeconds(5);

  private final Stores stores;
  private Optional<String> bootstrap = Optional.empty();
  private Optional<Path> config = Optional.empty();

  /** Reads the home folder, and how long to wait, from {@code stores}. */
  public Brokers(Stores stores) {
    this.stores = stores;
  }

  /** The user's own cluster; null or blank for the embedded broker. */
  public void setBootstrap(String servers) {
    bootstrap = Optional.ofNullable(servers).filter(text -> !text.isBlank());
  }

  /** A file with properties of Kafka's clients; null or blank for none. */
  public void setConfig(Path file) {
    config = Optional.ofNullable(file).filter(path -> !path.toString().isBlank());
  }

  /** Whether no cluster of the user is named. */
  public boolean isEmbedded() {
    return bootstrap.isEmpty() && config.isEmpty();
  }

  /** The embedded broker, whether it is used or not; starts nothing. */
  public EmbeddedBroker embedded() {
    return new EmbeddedBroker(stores.home());
  }

  /**
   * Makes ready to connect, starting the embedded broker if need be.
   *
   * @param stop ends the starting, and is requested when the broker stays away for too long
   */
  public Connected open(StopSignal stop) {
    return open(stop, stores.patience());
  }

  /**
   * The same for a command that only looks: there is no work that could wait, and a broker that
   * does not answer soon is most likely a wrong address.
   */
  public Connected openToLook(StopSignal stop) {
    Duration patience = stores.patience();
    return open(stop, patience.compareTo(LOOK) < 0 ? patience : LOOK);
  }

  /** Why a command that only looks was stopped: by somebody, or because nobody answers. */
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
    // Another session starts it again if it was killed, and this one keeps it running.
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
   * A cluster that is ready to be used.
   *
   * @param kafka the cluster
   * @param patience what waits for it
   * @param broker lets go of the broker behind it
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
