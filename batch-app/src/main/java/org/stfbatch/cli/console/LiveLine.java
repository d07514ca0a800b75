package org.stfbatch.cli.console;

/** Progress line: overwritten in place on a terminal, or one log line for each update. */
public interface LiveLine {
  /** Returns the line of standard error; overwritten in place if that is a terminal. */
  static LiveLine onStderr() {
    return System.err instanceof StatusLine line ? new OnTerminal(line) : new InLog();
  }

  /** Returns whether a line overwrites the one before. */
  boolean isWrittenAnew();

  /** Shows a text. */
  void show(String text);

  /** Ends the display. */
  void end();

  /** Overwrites the last line of a terminal. */
  record OnTerminal(StatusLine line) implements LiveLine {
    @Override
    public boolean isWrittenAnew() {
      return true;
    }

    @Override
    public void show(String text) {
      line.show(text);
    }

    @Override
    public void end() {
      line.keep();
    }
  }

  /** Writes a log line for each text. */
  record InLog() implements LiveLine {
    @Override
    public boolean isWrittenAnew() {
      return false;
    }

    @Override
    public void show(String text) {
      Notices.onStderr(text);
    }

    @Override
    public void end() {
      // Log lines remain.
    }
  }
}
