package org.stfbatch.server;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a server does.
 *
 * @param keepsRunning whether the user asked that it runs until stopped
 * @param users how many commands use it
 * @param dataFolder where its data are
 * @param pid of the server, if it runs
 * @param settings how to connect, if it takes connections
 */
public record ServerStatus<S>(
    boolean keepsRunning, int users, Path dataFolder, OptionalLong pid, Optional<S> settings) {

  /** Whether the server runs. */
  public boolean running() {
    return pid.isPresent();
  }
}
