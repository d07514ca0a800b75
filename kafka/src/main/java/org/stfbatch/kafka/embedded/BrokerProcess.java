package org.stfbatch.kafka.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stfbatch.base.IoReason;
import org.stfbatch.kafka.BrokerException;

/** The broker process of a home. Everything but {@link #find} needs the {@link HomeLock}. */
final class BrokerProcess {

  private static final Logger LOG = LoggerFactory.getLogger(BrokerProcess.class);

  /** Recovery after a crash reads the unclosed segments of every partition. */
  private static final Duration START_LIMIT = Duration.ofMinutes(3);

  private static final Duration STOP_LIMIT = Duration.ofSeconds(30);
  private static final Duration POLL = Duration.ofMillis(20);
  private static final int CONNECT_LIMIT_MS = 500;
  private static final int PORT_ATTEMPTS = 5;
  private static final Duration PORT_PATIENCE = Duration.ofSeconds(2);

  /** What Kafka says of metadata in a form that came after it. */
  private static final String NEWER_STORE = "MetadataParseException";

  private final BrokerFolders folders;
  private final BrokerJava java;
  private final BrokerLog log;

  BrokerProcess(BrokerFolders folders) {
    this.folders = folders;
    this.java = new BrokerJava(folders.server());
    this.log = new BrokerLog(folders.log());
  }

  /**
   * A running broker.
   *
   * @param process it
   * @param port on which it listens, or soon will
   * @param login of its only user; empty if it asks for none, as those of older versions do
   */
  record Running(ProcessHandle process, int port, Optional<Login> login) {

    String address() {
      return "127.0.0.1:" + port;
    }

    boolean takesConnections() {
      try (Socket socket = new Socket()) {
        socket.connect(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_LIMIT_MS);
        return true;
      } catch (IOException e) {
        return false;
      }
    }
  }

  /** The broker that runs now, if any. */
  Optional<Running> find() {
    return ServerProperties.ports(folders.properties())
        .flatMap(
            ports ->
                ProcessHandle.allProcesses()
                    .filter(this::isBroker)
                    .findFirst()
                    .map(process -> new Running(process, ports.broker(), login())));
  }

  private Optional<Login> login() {
    return ServerProperties.isClosed(folders.properties()) ? Login.read(folders) : Optional.empty();
  }

  /** Gives the broker back, started if need be, when it takes requests. */
  Running ensureRunning() {
    Optional<Running> found = find();
    if (found.isPresent() && found.get().login().isEmpty()) {
      LOG.info("Restarting the embedded Kafka broker, so that it asks for a password");
      end(found.get().process());
    } else if (found.isPresent() && isReady(found.get(), found.get().login().get())) {
      return found.get();
    }
    Login login = Login.read(folders).orElseGet(() -> Login.make(folders));
    format(login);
    return start(login);
  }

  /** Ends the broker; what was acknowledged is kept. */
  void stop() {
    find().ifPresent(running -> end(running.process()));
  }

  private void end(ProcessHandle process) {
    process.destroy();
    if (!await(STOP_LIMIT, () -> !process.isAlive())) {
      LOG.warn(
          "The embedded broker does not stop; it is killed, and will recover at its next start");
      process.destroyForcibly();
      await(STOP_LIMIT, () -> !process.isAlive());
    }
  }

  private Running start(Login login) {
    log.limit();
    Optional<Ports> last = ServerProperties.ports(folders.properties());
    Ports ports = last.filter(BrokerProcess::becomeFree).orElseGet(Ports::free);
    for (int attempt = 1; ; attempt++) {
      long logged = log.size();
      Optional<Running> running = startOn(ports, login);
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
    return await(PORT_PATIENCE, ports::areFree);
  }

  /** Whoever was told the address must be told anew. */
  private static void tellIfMoved(Ports before, Running now) {
    if (now.port() != before.broker()) {
      LOG.warn(
          "The embedded broker listens on {} now: {} or {}, its ports before, is taken",
          now.address(),
          before.broker(),
          before.controller());
    }
  }

  private Optional<Running> startOn(Ports ports, Login login) {
    ServerProperties.write(folders.properties(), BrokerFolders.DATA, ports, login);
    Process process =
        java.startDetached(folders.log().toFile(), BrokerJava.BROKER, BrokerFolders.PROPERTIES);
    Running running = new Running(process.toHandle(), ports.broker(), Optional.of(login));
    login.writeClientProperties(folders.clientProperties(), running.address());
    try {
      return isReady(running, login) ? Optional.of(running) : Optional.empty();
    } catch (RuntimeException e) {
      end(process.toHandle());
      throw e;
    }
  }

  /** Waits until the broker takes requests; false if it ends before. */
  private boolean isReady(Running running, Login login) {
    boolean[] ready = {false};
    boolean decided =
        await(
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
    BrokerFolders.delete(folders.unfinishedData());
    String name = "format.properties";
    Path properties = folders.server().resolve(name);
    ServerProperties.write(properties, BrokerFolders.UNFINISHED_DATA, Ports.free(), login);
    java.run(
        BrokerJava.FORMAT,
        "format",
        "--cluster-id=" + BrokerProbe.randomClusterId(),
        "--config=" + name);
    try {
      Files.move(folders.unfinishedData(), folders.data(), StandardCopyOption.ATOMIC_MOVE);
      Files.delete(properties);
    } catch (IOException e) {
      throw new BrokerException("cannot create " + folders.data() + " (" + IoReason.of(e) + ")", e);
    }
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
        "the embedded broker in "
            + folders.data()
            + " does not start; "
            + cure(said)
            + "see "
            + folders.log()
            + " ("
            + BrokerLog.complaint(said)
            + ")");
  }

  private static String cure(String said) {
    return said.contains(NEWER_STORE)
        ? "a newer Kafka has written there: move the folder away to begin with an empty one, or use"
            + " the version of this program that wrote it; "
        : "";
  }

  private static boolean await(Duration limit, BooleanSupplier condition) {
    long deadline = System.nanoTime() + limit.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        return false;
      }
      try {
        Thread.sleep(POLL.toMillis());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new BrokerException("interrupted while waiting for the embedded broker", e);
      }
    }
    return true;
  }
}
