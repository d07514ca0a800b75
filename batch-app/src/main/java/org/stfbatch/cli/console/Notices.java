package org.stfbatch.cli.console;

/** Lines that tell people what goes on while a command works. */
public final class Notices {
  private Notices() {}

  /** Says it on standard error, with the name of the program before it. */
  public static void onStderr(String line) {
    System.err.println("stf-batch: " + line);
  }
}
