package org.stfbatch.kafka.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stfbatch.kafka.BrokerException;
import org.stfbatch.kafka.KafkaSettings;
import org.stfbatch.server.Await;
import org.stfbatch.server.ServerControl;
import org.stfbatch.server.ServerFolders;
import org.stfbatch.server.ServerLog;

/** The broker process of a home. */
final class BrokerProcess implements ServerControl<KafkaSettings> {

  private static final Logger LOG = LoggerFactory.getLogger(BrokerProcess.class);

  /** Recovery after a crash reads the unclosed segments of every partition. */
  private static final Duration START_LIMIT = Duration.ofMinutes(3);

  private static final Duration STOP_LIMIT = Duration.ofSeconds(30);
  private static final int PORT_ATTEMPTS = 5;
  private static final Duration PORT_PATIENCE = Duration.ofSeconds(2);

  /** What Kafka says of metadata in a form that came after it. */
  private static final String NEWER_STORE = "MetadataParseException";

  private final BrokerFolders folders;
  private final BrokerJava java;
  private final ServerLog log;

  BrokerProcess(BrokerFolders folders) {
    this.folders = folders;
    this.java = new BrokerJava(folders.server());
    this.log = new ServerLog(folders.log());
  }

  @Override
  public Optional<Running<KafkaSettings>> find() {
    return running()
        .map(
            broker ->
                new Running<>(
                    broker.process().pid(),
                    broker.takesConnections() ? Optional.of(broker.settings()) : Optional.empty()));
  }

  @Override
  public KafkaSettings ensureRunning() {
    Optional<RunningBroker> found = running();
    if (found.isPresent() && found.get().login().isEmpty()) {
      LOG.info("Restarting the embedded Kafka broker, so that it asks for a password");
      end(found.get().process());
    } else if (found.isPresent() && isReady(found.get(), found.get().login().get())) {
      return found.get().settings();
    }
    Login login = Login.read(folders).orElseGet(() -> Login.make(folders));
    format(login);
    return start(login).settings();
  }

  /** What was acknowledged is kept. */
  @Override
  public void stop() {
    running().ifPresent(running -> end(running.process()));
  }

  @Override
  public String address(KafkaSettings settings) {
    return settings.bootstrapServers();
  }

  private Optional<RunningBroker> running() {
    return ServerProperties.ports(folders.properties())
        .flatMap(
            ports ->
                ProcessHandle.allProcesses()
                    .filter(this::isBroker)
                    .findFirst()
                    .map(process -> new RunningBroker(process, ports.broker(), login())));
  }

  private Optional<Login> login() {
    return ServerProperties.isClosed(folders.properties()) ? Login.read(folders) : Optional.empty();
  }

  private void end(ProcessHandle process) {
    process.destroy();
    if (!Await.until(STOP_LIMIT, () -> !process.isAlive())) {
      LOG.warn(
          "The embedded broker does not stop; it is killed, and will recover at its next start");
      process.destroyForcibly();
      Await.until(STOP_LIMIT, () -> !process.isAlive());
    }
  }

  private RunningBroker start(Login login) {
    log.limit();
    Optional<Ports> last = ServerProperties.ports(folders.properties());
    Ports ports = last.filter(BrokerProcess::becomeFree).orElseGet(Ports::free);
    for (int attempt = 1; ; attempt++) {
      long logged = log.size();
      Optional<RunningBroker> running = startOn(ports, login);
      if (running.isPresent()) {
        last.ifPresent(before -> tellIfMoved(before, running.get()));
        return running.get();
      }
      String said = log.since(logged);
      if (attempt == PORT_ATTEMPTS || !said.contains("Address already in use")) {
        throw startFailed(said);
      }
      ports = Ports.free();
    }
  }

  /**
   * Clients know the address: it is not given up for a moment's use, such as by a new process that
   * has not closed yet what it inherited.
   */
  private static boolean becomeFree(Ports ports) {
    return Await.until(PORT_PATIENCE, ports::areFree);
  }

  /** Warns that clients which know the old address need the new one. */
  private static void tellIfMoved(Ports before, RunningBroker now) {
    if (now.port() != before.broker()) {
      LOG.warn(
          "The embedded broker listens on {} now: {} or {}, its ports before, is taken",
          now.address(),
          before.broker(),
          before.controller());
    }
  }

  private Optional<RunningBroker> startOn(Ports ports, Login login) {
    ServerProperties.write(folders.properties(), folders.data(), ports, login);
    Process process =
        java.startDetached(folders.log().toFile(), BrokerJava.BROKER, BrokerFolders.PROPERTIES);
    RunningBroker running =
        new RunningBroker(process.toHandle(), ports.broker(), Optional.of(login));
    login.writeClientProperties(folders.clientProperties(), running.address());
    try {
      return isReady(running, login) ? Optional.of(running) : Optional.empty();
    } catch (RuntimeException e) {
      end(process.toHandle());
      throw e;
    }
  }

  /** Waits until the broker takes requests; false if it ends before. */
  private boolean isReady(RunningBroker running, Login login) {
    boolean[] ready = {false};
    boolean decided =
        Await.until(
            START_LIMIT,
            () -> {
              if (!running.process().isAlive()) {
                return true;
              }
              ready[0] =
                  running.takesConnections() && BrokerProbe.answers(running.address(), login);
              return ready[0];
            });
    if (!decided) {
      throw startFailed("it was not ready within " + START_LIMIT.toMinutes() + " minutes");
    }
    return ready[0];
  }

  /** Makes an empty store if there is none. */
  private void format(Login login) {
    if (Files.exists(folders.data())) {
      return;
    }
    LOG.info("Creating an embedded Kafka broker in {}", folders.data());
    ServerFolders.delete(folders.unfinishedData());
    String name = "format.properties";
    Path properties = folders.server().resolve(name);
    ServerProperties.write(properties, folders.unfinishedData(), Ports.free(), login);
    java.run(
        BrokerJava.FORMAT,
        "format",
        "--cluster-id=" + BrokerProbe.randomClusterId(),
        "--config=" + name);
    folders.finishData();
    ServerFolders.delete(properties);
  }

  /** The broker runs in its folder; ids alone are reused. */
  private boolean isBroker(ProcessHandle process) {
    Path entry = Path.of("/proc", Long.toString(process.pid()));
    try {
      return Files.readSymbolicLink(entry.resolve("cwd")).equals(folders.server().toRealPath())
          && Files.readString(entry.resolve("cmdline")).contains("\0" + BrokerJava.BROKER + "\0");
    } catch (IOException e) {
      // It ended meanwhile, is dead but still listed, or belongs to another user.
      return false;
    }
  }

  private BrokerException startFailed(String said) {
    return new BrokerException(
        "the embedded broker in %s does not start; %ssee %s (%s)"
            .formatted(folders.data(), cure(said), folders.log(), BrokerJava.complaint(said)));
  }

  private static String cure(String said) {
    return said.contains(NEWER_STORE)
        ? "a newer Kafka has written there: move the folder away to begin with an empty one, or use"
            + " the version of this program that wrote it; "
        : "";
  }
}
