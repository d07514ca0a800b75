package org.stfbatch.cli.console;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * Standard error of a terminal with a status line at the bottom: other output is written above it,
 * so that lines do not mix. Thread safe.
 */
public final class StatusLine extends PrintStream {
  private final Bottom bottom;

  private StatusLine(Bottom bottom) {
    super(bottom, true, StandardCharsets.UTF_8);
    this.bottom = bottom;
  }

  /** Wraps a terminal's stream. */
  public static StatusLine on(PrintStream terminal) {
    return new StatusLine(new Bottom(terminal));
  }

  /** Replaces the status line; an empty text removes it. */
  void show(String text) {
    bottom.show(text);
  }

  /** Keeps the status line as it is and starts a new line. */
  void keep() {
    bottom.keep();
  }

  /** Removes the status line before other output and restores it afterwards. */
  private static final class Bottom extends OutputStream {
    private static final String ERASE = "\r\u001b[K";

    private final PrintStream terminal;
    private String shown = "";
    private boolean isLineBegun;

    Bottom(PrintStream terminal) {
      this.terminal = terminal;
    }

    synchronized void show(String text) {
      if (!isLineBegun) {
        terminal.print(ERASE + text);
        terminal.flush();
      }
      shown = text;
    }

    synchronized void keep() {
      if (!shown.isEmpty()) {
        terminal.println();
        shown = "";
      }
    }

    @Override
    public synchronized void write(int value) {
      write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public synchronized void write(byte[] bytes, int offset, int length) {
      if (length == 0) {
        return;
      }
      if (!isLineBegun && !shown.isEmpty()) {
        terminal.print(ERASE);
      }
      terminal.write(bytes, offset, length);
      isLineBegun = bytes[offset + length - 1] != '\n';
      if (!isLineBegun) {
        terminal.print(shown);
      }
      terminal.flush();
    }
  }
}
