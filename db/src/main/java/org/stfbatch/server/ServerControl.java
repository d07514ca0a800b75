package org.stfbatch.server;

import java.util.Optional;

/**
 * Starts, finds and stops the one server of a home. {@link SharedServer} calls it with the home's
 * lock held, from any thread. Methods may throw {@link ServerException}, which callers of {@code
 * SharedServer} do not see.
 *
 * @param <S> how to connect
 */
public interface ServerControl<S> {

  /** Returns the running server, if any, including one that another command started. */
  Optional<Running<S>> find();

  /** Starts the server if it does not run; returns when it accepts connections. */
  S ensureRunning();

  /** Ends the server if it runs; returns when it has ended. */
  void stop();

  /** Returns the address it listens on, without secrets. */
  String address(S settings);

  /**
   * A running server.
   *
   * @param pid of its first process
   * @param settings how to connect, if it takes connections
   */
  record Running<S>(long pid, Optional<S> settings) {}
}
