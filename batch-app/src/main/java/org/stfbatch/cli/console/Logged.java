package org.stfbatch.cli.console;

import java.util.Optional;

/** A command that works for long, maybe at night: without a terminal it writes a log. */
public interface Logged {
  /** The run that it is about from its beginning, if there is one. */
  default Optional<String> loggedRun() {
    return Optional.empty();
  }
}
