package org.stfbatch.server;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server that the commands of a home share: the first starts it, later ones join, the last one
 * stops it, unless {@link #start} asked that it stays. A command that is killed leaves it running;
 * the next one joins and stops it at its end. A server that was killed is started again by the next
 * command.
 *
 * <p>Thread safe. Methods throw the exceptions of the server that is shared, with one line for the
 * user.
 *
 * @param <S> how to connect
 */
public class SharedServer<S> {

  private final Logger log = LoggerFactory.getLogger(getClass());
  private final String name;
  private final ServerFolders folders;
  private final ServerControl<S> control;
  private final BiFunction<String, Throwable, ? extends RuntimeException> exceptions;
  private final ServerUsers users;

  /**
   * @param name for people, such as {@code embedded database}
   * @param folders made at the first start if they do not exist
   * @param control of the server in them
   * @param exceptions make what callers get in place of a {@link ServerException}, of its message
   *     and itself
   */
  protected SharedServer(
      String name,
      ServerFolders folders,
      ServerControl<S> control,
      BiFunction<String, Throwable, ? extends RuntimeException> exceptions) {
    this.name = name;
    this.folders = folders;
    this.control = control;
    this.exceptions = exceptions;
    this.users = new ServerUsers(folders.users());
  }

  /** Starts the server or joins it, for as long as the session is open. */
  public final Session open() {
    return creating(this::join);
  }

  /** Starts the server if it does not run, and lets it run until {@link #stop}. */
  public final S start() {
    return creating(
        () -> {
          S settings = control.ensureRunning();
          mark();
          return settings;
        });
  }

  /**
   * Undoes {@link #start} and stops the server.
   *
   * @return whether the server is stopped now; false if commands use it, then it stops with the
   *     last of them
   */
  public final boolean stop() {
    if (!folders.exist()) {
      return true;
    }
    return locked(
        () -> {
          ServerFolders.delete(folders.keepMarker());
          return stopIfUnneeded();
        });
  }

  /** Returns the current state; starts nothing and creates nothing. */
  public final ServerStatus<S> status() {
    if (!folders.exist()) {
      return new ServerStatus<>(false, 0, folders.data(), OptionalLong.empty(), Optional.empty());
    }
    return locked(this::currentStatus);
  }

  /** Where the server listens, without secrets, if it takes connections. */
  public final Optional<String> address() {
    return status().settings().map(control::address);
  }

  /** A use of the server, which runs at least until this is closed. */
  public final class Session implements AutoCloseable {

    private final ServerUsers.User user;
    private final S settings;
    private boolean closed;

    private Session(ServerUsers.User user, S settings) {
      this.user = user;
      this.settings = settings;
    }

    /** How to connect. */
    public S settings() {
      return settings;
    }

    /**
     * Starts the server again if it was killed. Fails if it cannot be started, or not at the
     * address of {@link #settings}.
     */
    public void revive() {
      locked(() -> ensureRunningAt(control.address(settings)));
    }

    /**
     * Ends the use; the last user stops the server, unless it is marked to keep running.
     * Idempotent.
     */
    @Override
    public synchronized void close() {
      if (!closed) {
        closed = true;
        locked(() -> leave(user));
      }
    }
  }

  private Session join() {
    tellIfLeftBehind();
    ServerUsers.User user = users.add();
    try {
      return new Session(user, control.ensureRunning());
    } catch (RuntimeException e) {
      users.remove(user);
      throw e;
    }
  }

  private void tellIfLeftBehind() {
    if (!isNeeded()) {
      control
          .find()
          .ifPresent(
              running ->
                  log.info(
                      "The {} still runs (process {}, data in {}): a command that used it was killed. It is used again, and stops with the last command that uses it",
                      name,
                      running.pid(),
                      folders.data()));
    }
  }

  private S ensureRunningAt(String address) {
    S settings = control.ensureRunning();
    String now = control.address(settings);
    if (!now.equals(address)) {
      throw new ServerException(
          "the %s in %s is now at %s, because another program took its port: start again"
              .formatted(name, folders.data(), now));
    }
    return settings;
  }

  private boolean leave(ServerUsers.User user) {
    users.remove(user);
    return stopIfUnneeded();
  }

  private boolean stopIfUnneeded() {
    if (isNeeded()) {
      return false;
    }
    control.stop();
    return true;
  }

  private boolean isNeeded() {
    return Files.exists(folders.keepMarker()) || users.count() > 0;
  }

  private ServerStatus<S> currentStatus() {
    Optional<ServerControl.Running<S>> running = control.find();
    return new ServerStatus<>(
        Files.exists(folders.keepMarker()),
        users.count(),
        folders.data(),
        running.map(server -> OptionalLong.of(server.pid())).orElse(OptionalLong.empty()),
        running.flatMap(ServerControl.Running::settings));
  }

  private void mark() {
    try {
      Files.writeString(folders.keepMarker(), "");
    } catch (IOException e) {
      throw new ServerException("cannot write " + folders.keepMarker(), e);
    }
  }

  private <T> T creating(Supplier<T> work) {
    return translating(
        () -> {
          folders.create();
          return HomeLock.holding(folders.lock(), work);
        });
  }

  private <T> T locked(Supplier<T> work) {
    return translating(() -> HomeLock.holding(folders.lock(), work));
  }

  private <T> T translating(Supplier<T> work) {
    try {
      return work.get();
    } catch (ServerException e) {
      throw exceptions.apply(e.getMessage(), e);
    }
  }
}
