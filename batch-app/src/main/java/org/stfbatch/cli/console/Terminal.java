package org.stfbatch.cli.console;

import java.io.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whether somebody sits before what the process writes to. */
public enum Terminal {
  OUT(1),
  ERR(2);

  private final Path descriptor;

  Terminal(int descriptor) {
    this.descriptor = Path.of("/proc/self/fd/" + descriptor);
  }

  /** Whether this is a terminal, and no file or pipe. */
  public boolean isThere() {
    try {
      String target = Files.readSymbolicLink(descriptor).toString();
      return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
    } catch (IOException e) {
      // Only Linux tells of each.
      return isTerminal(System.console());
    }
  }

  /** From Java 22 on there is a console even without a terminal, and a method that tells. */
  private static boolean isTerminal(Console console) {
    if (console == null) {
      return false;
    }
    try {
      return (boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (NoSuchMethodException e) {
      return true;
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("the console does not say whether it is a terminal", e);
    }
  }
}
