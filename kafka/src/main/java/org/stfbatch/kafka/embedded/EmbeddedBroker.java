package org.stfbatch.kafka.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import org.stfbatch.base.IoReason;
import org.stfbatch.kafka.BrokerException;
import org.stfbatch.kafka.KafkaSettings;

/**
 * The Kafka broker of a home folder, below {@code HOME/kafka}: Apache Kafka itself, one node.
 *
 * <p>Commands of the same home share it: the first starts it, later ones join, the last one stops
 * it, unless {@link #start} asked that it stays. A command that is killed leaves it running; the
 * next one joins and stops it at its end. A broker that was killed recovers what it had
 * acknowledged when it is started again; a power cut may cost it the last seconds, because like any
 * Kafka it leaves writing to disk to the system.
 *
 * <p>It listens on 127.0.0.1 only, on the port of its last start if that is free, and asks for a
 * password that is generated once; a store that was made without one is used on with one. It makes
 * no topic by itself and forgets no message. Thread safe. Methods throw {@link BrokerException}
 * with one line for the user.
 */
public final class EmbeddedBroker {

  private final BrokerFolders folders;
  private final BrokerProcess broker;
  private final BrokerUsers users;

  /**
   * @param home the home folder, made at the first start if it does not exist
   */
  public EmbeddedBroker(Path home) {
    this.folders = new BrokerFolders(home);
    this.broker = new BrokerProcess(folders);
    this.users = new BrokerUsers(folders.users());
  }

  /** Starts the broker or joins it, for as long as the session is open. */
  public Session open() {
    folders.create();
    return HomeLock.holding(folders.lock(), this::join);
  }

  /** Starts the broker if it does not run, and lets it run until {@link #stop}. */
  public KafkaSettings start() {
    folders.create();
    return HomeLock.holding(
        folders.lock(),
        () -> {
          KafkaSettings settings = settings(broker.ensureRunning());
          mark();
          return settings;
        });
  }

  /**
   * Takes back {@link #start} and stops the broker.
   *
   * @return whether the broker is stopped now; false if commands use it, then it stops with the
   *     last of them
   */
  public boolean stop() {
    if (!folders.exist()) {
      return true;
    }
    return HomeLock.holding(
        folders.lock(),
        () -> {
          BrokerFolders.delete(folders.keepMarker());
          return stopIfUnneeded();
        });
  }

  /** What the broker does now; starts nothing and creates nothing. */
  public Status status() {
    if (!folders.exist()) {
      return new Status(false, 0, folders.data(), OptionalLong.empty(), Optional.empty());
    }
    return HomeLock.holding(folders.lock(), this::currentStatus);
  }

  /**
   * A file of client settings for Kafka's own tools, address and password included; there when the
   * broker was started once.
   */
  public Path clientProperties() {
    return folders.clientProperties();
  }

  /** {@code HOST:PORT}, if the broker runs. */
  public Optional<String> address() {
    return status().settings().map(KafkaSettings::bootstrapServers);
  }

  /**
   * What the broker does.
   *
   * @param keepsRunning whether the user asked that it runs until stopped
   * @param users how many commands use it
   * @param dataFolder where its messages are
   * @param pid of the broker, if it runs
   * @param settings how to connect, if it takes connections
   */
  public record Status(
      boolean keepsRunning,
      int users,
      Path dataFolder,
      OptionalLong pid,
      Optional<KafkaSettings> settings) {

    /** Whether the broker runs. */
    public boolean running() {
      return pid.isPresent();
    }
  }

  /** A use of the broker, which runs at least until this is closed. */
  public static final class Session implements AutoCloseable {

    private final EmbeddedBroker broker;
    private final BrokerUsers.User user;
    private final KafkaSettings settings;
    private boolean closed;

    private Session(EmbeddedBroker broker, BrokerUsers.User user, KafkaSettings settings) {
      this.broker = broker;
      this.user = user;
      this.settings = settings;
    }

    /** How to connect. */
    public KafkaSettings settings() {
      return settings;
    }

    /** Ends the use, and the broker with it if nobody else needs it. Closing twice does nothing. */
    @Override
    public synchronized void close() {
      if (!closed) {
        closed = true;
        broker.leave(user);
      }
    }
  }

  private Session join() {
    BrokerUsers.User user = users.add();
    try {
      return new Session(this, user, settings(broker.ensureRunning()));
    } catch (RuntimeException e) {
      users.remove(user);
      throw e;
    }
  }

  private boolean leave(BrokerUsers.User user) {
    return HomeLock.holding(
        folders.lock(),
        () -> {
          users.remove(user);
          return stopIfUnneeded();
        });
  }

  private boolean stopIfUnneeded() {
    if (Files.exists(folders.keepMarker()) || users.count() > 0) {
      return false;
    }
    broker.stop();
    return true;
  }

  private Status currentStatus() {
    Optional<BrokerProcess.Running> running = broker.find();
    return new Status(
        Files.exists(folders.keepMarker()),
        users.count(),
        folders.data(),
        running.map(r -> OptionalLong.of(r.process().pid())).orElse(OptionalLong.empty()),
        running.filter(BrokerProcess.Running::takesConnections).map(EmbeddedBroker::settings));
  }

  private static KafkaSettings settings(BrokerProcess.Running running) {
    return running
        .login()
        .map(login -> login.settings(running.address()))
        .orElseGet(() -> KafkaSettings.of(running.address()));
  }

  private void mark() {
    try {
      Files.writeString(folders.keepMarker(), "");
    } catch (IOException e) {
      throw new BrokerException(
          "cannot write " + folders.keepMarker() + " (" + IoReason.of(e) + ")", e);
    }
  }
}
