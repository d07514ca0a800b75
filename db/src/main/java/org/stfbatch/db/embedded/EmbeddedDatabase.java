package org.stfbatch.db.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stfbatch.base.IoReason;
import org.stfbatch.db.DatabaseException;
import org.stfbatch.db.DatabaseSettings;

/**
 * The PostgreSQL server of a home folder, below {@code HOME/pg}.
 *
 * <p>Commands of the same home share it: the first starts it, later ones join, the last one stops
 * it, unless {@link #start} asked that it stays. A command that is killed leaves it running; the
 * next one joins and stops it at its end. A server that was killed recovers what was committed when
 * the next command starts it.
 *
 * <p>It listens on 127.0.0.1 only, on the port of its last start if that is free, and asks for a
 * password that is generated once. Runs as root too, where root may create user namespaces. Thread
 * safe. Methods throw {@link DatabaseException} with one line for the user.
 */
public final class EmbeddedDatabase {
  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedDatabase.class);

  private final HomeFolders folders;
  private final ServerCommand command;
  private final Cluster cluster;
  private final Postmaster postmaster;
  private final ServerUsers users;

  /**
   * @param home the home folder, made at the first start if it does not exist
   */
  public EmbeddedDatabase(Path home) {
    this(home, home);
  }

  /**
   * @param binaries the folder that gets PostgreSQL's programs, in a folder of their version
   */
  EmbeddedDatabase(Path home, Path binaries) {
    this.folders = new HomeFolders(home);
    Binaries programs = new Binaries(binaries.toAbsolutePath());
    this.command = new ServerCommand(folders.server());
    this.cluster = new Cluster(folders, programs, command);
    this.postmaster = new Postmaster(folders, programs, command);
    this.users = new ServerUsers(folders.users());
  }

  /** Starts the server or joins it, for as long as the session is open. */
  public Session open() {
    folders.create();
    return HomeLock.holding(folders.lock(), this::join);
  }

  /** Starts the server if it does not run, and lets it run until {@link #stop}. */
  public DatabaseSettings start() {
    folders.create();
    return HomeLock.holding(
        folders.lock(),
        () -> {
          DatabaseSettings settings = settings(ensureRunning());
          mark();
          return settings;
        });
  }

  /**
   * Takes back {@link #start} and stops the server.
   *
   * @return whether the server is stopped now; false if commands use it, then it stops with the
   *     last of them
   */
  public boolean stop() {
    if (!folders.exist()) {
      return true;
    }
    return HomeLock.holding(
        folders.lock(),
        () -> {
          HomeFolders.delete(folders.keepMarker());
          return stopIfUnneeded();
        });
  }

  /** What the server does now; starts nothing and creates nothing. */
  public Status status() {
    if (!folders.exist()) {
      return new Status(false, 0, folders.data(), OptionalLong.empty(), Optional.empty());
    }
    return HomeLock.holding(folders.lock(), this::currentStatus);
  }

  /** The JDBC URL, without user and password, if the server runs. */
  public Optional<String> url() {
    return status().settings().map(DatabaseSettings::url);
  }

  /**
   * What the server does.
   *
   * @param keepsRunning whether the user asked that it runs until stopped
   * @param users how many commands use it
   * @param dataFolder where its data are
   * @param pid of the server, if it runs
   * @param settings how to connect, if it runs
   */
  public record Status(
      boolean keepsRunning,
      int users,
      Path dataFolder,
      OptionalLong pid,
      Optional<DatabaseSettings> settings) {

    /** Whether the server runs. */
    public boolean running() {
      return pid.isPresent();
    }
  }

  /** A use of the server, which runs at least until this is closed. */
  public static final class Session implements AutoCloseable {

    private final EmbeddedDatabase database;
    private final ServerUsers.User user;
    private final DatabaseSettings settings;
    private boolean closed;

    private Session(EmbeddedDatabase database, ServerUsers.User user, DatabaseSettings settings) {
      this.database = database;
      this.user = user;
      this.settings = settings;
    }

    /** How to connect. */
    public DatabaseSettings settings() {
      return settings;
    }

    /**
     * Starts the server again if it was killed.
     *
     * @throws DatabaseException if it cannot be started, or not on the port that {@link #settings}
     *     names
     */
    public void revive() {
      database.revive(settings);
    }

    /** Ends the use, and the server with it if nobody else needs it. Closing twice does nothing. */
    @Override
    public synchronized void close() {
      if (!closed) {
        closed = true;
        database.leave(user);
      }
    }
  }

  private Session join() {
    tellIfLeftBehind();
    ServerUsers.User user = users.add();
    try {
      return new Session(this, user, settings(ensureRunning()));
    } catch (RuntimeException e) {
      users.remove(user);
      throw e;
    }
  }

  private void tellIfLeftBehind() {
    Optional<Postmaster.Running> running = postmaster.find();
    if (running.isPresent() && users.count() == 0 && !Files.exists(folders.keepMarker())) {
      LOG.info(
          "The embedded database still runs (process {}, data in {}): a command that used it was killed. It is used again, and stops with the last command that uses it",
          running.get().pid(),
          folders.data());
    }
  }

  private void revive(DatabaseSettings expected) {
    HomeLock.holding(
        folders.lock(),
        () -> {
          DatabaseSettings now = settings(ensureRunning());
          if (!now.url().equals(expected.url())) {
            throw new DatabaseException(
                "the embedded database in %s is now at %s, because another program took its port: start again"
                    .formatted(folders.data(), now.url()));
          }
          return now;
        });
  }

  private boolean leave(ServerUsers.User user) {
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
    postmaster.stop();
    return true;
  }

  private Status currentStatus() {
    Optional<Postmaster.Running> running = postmaster.find();
    return new Status(
        Files.exists(folders.keepMarker()),
        users.count(),
        folders.data(),
        running.map(r -> OptionalLong.of(r.pid())).orElse(OptionalLong.empty()),
        running.filter(Postmaster.Running::ready).map(this::settings));
  }

  private Postmaster.Running ensureRunning() {
    command.requireUnprivileged();
    cluster.prepare();
    return postmaster.ensureRunning();
  }

  private DatabaseSettings settings(Postmaster.Running running) {
    String url = "jdbc:postgresql://127.0.0.1:" + running.port() + "/" + Cluster.DATABASE;
    return new DatabaseSettings(url, Cluster.USER, cluster.password());
  }

  private void mark() {
    try {
      Files.writeString(folders.keepMarker(), "");
    } catch (IOException e) {
      throw new DatabaseException(
          "cannot write " + folders.keepMarker() + " (" + IoReason.of(e) + ")", e);
    }
  }
}
