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

  /** The server that runs now, if any, whoever started it. */
  Optional<Running<S>> find();

  /** Returns when the server takes connections; starts it if need be. */
  S ensureRunning();

  /** Ends the server if it runs; returns when it has ended. */
  void stop();

  /** Where it listens, without secrets. */
  String address(S settings);

  /**
   * A running server.
   *
   * @param pid of its first process
   * @param settings how to connect, if it takes connections
   */
  record Running<S>(long pid, Optional<S> settings) {}
}
