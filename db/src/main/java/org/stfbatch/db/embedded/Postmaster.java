package org.stfbatch.db.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stfbatch.base.IoReason;
import org.stfbatch.db.DatabaseException;
import org.stfbatch.server.Await;
import org.stfbatch.server.FreePort;
import org.stfbatch.server.ServerFolders;
import org.stfbatch.server.ServerLog;

/** The server process of a data folder. Everything but {@link #find} needs the home's lock. */
final class Postmaster {

  private static final Logger LOG = LoggerFactory.getLogger(Postmaster.class);

  /** Recovery after a crash replays at most a few gigabytes of log. */
  private static final Duration START_LIMIT = Duration.ofMinutes(5);

  private static final Duration STOP_LIMIT = Duration.ofMinutes(1);

  /** Processes of a crashed server notice its end at once unless a query keeps them busy. */
  private static final Duration ORPHAN_LIMIT = Duration.ofSeconds(15);

  private static final int PORT_ATTEMPTS = 5;
  private static final Pattern PORT_OPTION = Pattern.compile("\"-p\" \"(\\d{1,5})\"");

  /** On the command line they win over any configuration file: an answer stored stays stored. */
  private static final String OPTIONS =
      " -c listen_addresses=127.0.0.1 -c unix_socket_directories="
          + " -c fsync=on -c synchronous_commit=on -c full_page_writes=on"
          + " -c log_checkpoints=off";

  private final ServerFolders folders;
  private final Binaries binaries;
  private final ServerCommand command;
  private final ServerLog log;

  Postmaster(ServerFolders folders, Binaries binaries, ServerCommand command) {
    this.folders = folders;
    this.binaries = binaries;
    this.command = command;
    this.log = new ServerLog(folders.log());
  }

  /**
   * A running server.
   *
   * @param pid of its first process
   * @param port on which it listens, 0 if it does not yet
   * @param ready whether it takes connections
   */
  record Running(long pid, int port, boolean ready) {}

  /** The server that runs now, if any. A process file that a dead server left behind is none. */
  Optional<Running> find() {
    return pidFile().filter(running -> isServerProcess(running.pid()));
  }

  /** Gives the server back, started if need be, when it takes connections. */
  Running ensureRunning() {
    if (!Await.until(START_LIMIT, () -> find().map(Running::ready).orElse(true))) {
      throw startFailed("it was not ready within " + START_LIMIT.toMinutes() + " minutes");
    }
    return find().orElseGet(this::start);
  }

  /** Ends the server, cutting off its connections; nothing committed is lost. */
  void stop() {
    if (find().isEmpty()) {
      return;
    }
    ServerCommand.Result result =
        command.run(
            binaries.program("pg_ctl"),
            "stop",
            "--pgdata=" + folders.data(),
            "--mode=fast",
            "--wait",
            "--timeout=" + STOP_LIMIT.toSeconds());
    if (!result.succeeded() && find().isPresent()) {
      throw new DatabaseException(
          "the embedded database in "
              + folders.data()
              + " does not stop; see "
              + folders.log()
              + " ("
              + result.complaint()
              + ")");
    }
  }

  private Running start() {
    clearTracesOfCrash();
    log.limit();
    for (int attempt = 1; ; attempt++) {
      long logged = log.size();
      ServerCommand.Result result =
          startOn(attempt == 1 ? lastPort().orElseGet(FreePort::any) : FreePort.any());
      if (result.succeeded()) {
        return find().orElseThrow(() -> startFailed("it ended at once"));
      }
      String said = log.since(logged);
      if (attempt == PORT_ATTEMPTS || !said.contains("could not bind")) {
        throw startFailed(new ServerCommand.Result(result.exitCode(), said).complaint());
      }
    }
  }

  private ServerCommand.Result startOn(int port) {
    return command.run(
        binaries.program("pg_ctl"),
        "start",
        "--pgdata=" + folders.data(),
        "--log=" + folders.log(),
        "--wait",
        "--timeout=" + START_LIMIT.toSeconds(),
        "--options=-p " + port + OPTIONS);
  }

  private DatabaseException startFailed(String why) {
    return new DatabaseException(
        "the embedded database in %s does not start; see %s (%s)"
            .formatted(folders.data(), folders.log(), why));
  }

  /**
   * A killed server leaves its process file, and PostgreSQL refuses to start if by chance some
   * other process has that id now, or if the dead process is still listed. The file may go only
   * when no process of that server is left: it is also what keeps two servers off the same data.
   */
  private void clearTracesOfCrash() {
    Path file = folders.data().resolve("postmaster.pid");
    if (!Files.exists(file)) {
      return;
    }
    LOG.info("The embedded database was not stopped properly; it recovers");
    if (!Await.until(ORPHAN_LIMIT, () -> serverProcesses().isEmpty())) {
      throw new DatabaseException(
          "processes of a crashed server still run in "
              + folders.data()
              + ": "
              + serverProcesses()
              + "; end them");
    }
    ServerFolders.delete(file);
  }

  private List<Long> serverProcesses() {
    return ProcessHandle.allProcesses()
        .map(ProcessHandle::pid)
        .filter(this::isServerProcess)
        .toList();
  }

  /** Every process of a server runs in its data folder; ids alone are reused. */
  private boolean isServerProcess(long pid) {
    Path process = Path.of("/proc", Long.toString(pid));
    try {
      Path program = Files.readSymbolicLink(process.resolve("exe")).getFileName();
      return program.toString().startsWith("postgres")
          && Files.readSymbolicLink(process.resolve("cwd")).equals(folders.data().toRealPath());
    } catch (IOException e) {
      // It ended meanwhile, is dead but still listed, or belongs to another user.
      return false;
    }
  }

  /** PostgreSQL's miscadmin.h, "postmaster.pid": process, folder, time, port, ..., state. */
  private Optional<Running> pidFile() {
    try {
      List<String> lines = Files.readAllLines(folders.data().resolve("postmaster.pid"));
      if (lines.isEmpty() || lines.get(0).isBlank()) {
        return Optional.empty();
      }
      long pid = Long.parseLong(lines.get(0).strip());
      int port = lines.size() > 3 ? Integer.parseInt(lines.get(3).strip()) : 0;
      boolean ready = lines.size() > 7 && lines.get(7).strip().equals("ready");
      return Optional.of(new Running(pid, port, ready));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException | NumberFormatException e) {
      throw new DatabaseException(
          "cannot read postmaster.pid in " + folders.data() + " (" + IoReason.of(e) + ")", e);
    }
  }

  /** A command that lost the server finds it again there. */
  private OptionalInt lastPort() {
    Path file = folders.data().resolve("postmaster.opts");
    try {
      Matcher port = PORT_OPTION.matcher(Files.readString(file));
      return port.find() ? OptionalInt.of(Integer.parseInt(port.group(1))) : OptionalInt.empty();
    } catch (NoSuchFileException e) {
      return OptionalInt.empty();
    } catch (IOException e) {
      throw new DatabaseException("cannot read " + file + " (" + IoReason.of(e) + ")", e);
    }
  }
}
