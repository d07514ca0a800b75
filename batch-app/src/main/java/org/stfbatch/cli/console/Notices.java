package org.stfbatch.cli.console;

import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** Lines that tell people what goes on while a command works. */
public final class Notices {
  private Notices() {}

  /** Says it on standard error. */
  public static void onStderr(String line) {
    LoggerFactory.getLogger(Log.NOTICES).info(line);
  }

  /** Warns of it on standard error. */
  public static void warning(String line) {
    LoggerFactory.getLogger(Log.NOTICES).warn(line);
  }

  /**
   * Logs how a run ended, in every format. Nothing is logged on a terminal, where standard output
   * says it.
   *
   * @param good whether nobody has to look at it
   */
  public static void summary(String line, boolean good) {
    LoggerFactory.getLogger(Log.SUMMARY).atLevel(good ? Level.INFO : Level.WARN).log(line);
  }
}
