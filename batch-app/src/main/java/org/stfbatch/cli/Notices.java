package org.stfbatch.cli;

/** Lines that tell people what goes on while a command works. */
final class Notices {
  private Notices() {}

  static void onStderr(String line) {
    System.err.println("stf-batch: " + line);
  }
}
