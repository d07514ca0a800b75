package org.stfbatch.cli.console;

import java.util.Optional;

/** A long-running command, which writes a log when there is no terminal. */
public interface Logged {
  /** Returns the run whose name the log lines carry, if it is known from the beginning. */
  default Optional<String> loggedRun() {
    return Optional.empty();
  }
}
