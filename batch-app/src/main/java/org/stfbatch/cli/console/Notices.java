package org.stfbatch.cli.console;

import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** Messages for users while a command runs. */
public final class Notices {
  private Notices() {}

  /** Writes a message to standard error. */
  public static void onStderr(String line) {
    LoggerFactory.getLogger(Log.NOTICES).info(line);
  }

  /** Writes a warning to standard error. */
  public static void warning(String line) {
    LoggerFactory.getLogger(Log.NOTICES).warn(line);
  }

  /**
   * Logs the result of a run, in every format; on a terminal, standard output shows it instead.
   *
   * @param good whether the result needs no attention
   */
  public static void summary(String line, boolean good) {
    LoggerFactory.getLogger(Log.SUMMARY).atLevel(good ? Level.INFO : Level.WARN).log(line);
  }
}
