package org.stfbatch.cli.console;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * A terminal's standard error with a last line that shows how far a job is: what else is written
 * goes above it, so that no two lines are glued together. Safe for use by several threads.
 */
public final class StatusLine extends PrintStream {
  private final Bottom bottom;

  private StatusLine(Bottom bottom) {
    super(bottom, true, StandardCharsets.UTF_8);
    this.bottom = bottom;
  }

  /** On a terminal. */
  public static StatusLine on(PrintStream terminal) {
    return new StatusLine(new Bottom(terminal));
  }

  /** Shows this instead of what the last line was; an empty text takes it away. */
  void show(String text) {
    bottom.show(text);
  }

  /** Leaves the last line as it is, and begins a new one. */
  void keep() {
    bottom.keep();
  }

  /** Takes the last line away before anything else is written, and puts it back behind it. */
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
