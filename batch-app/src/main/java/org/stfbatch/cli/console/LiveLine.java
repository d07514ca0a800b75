package org.stfbatch.cli.console;

/** Shows how far something is: in a line that is written anew, or in lines of the log. */
public interface LiveLine {
  /** On standard error: written anew if that is a terminal. */
  static LiveLine onStderr() {
    return System.err instanceof StatusLine line ? new OnTerminal(line) : new InLog();
  }

  /** Whether a line takes the place of the one before. */
  boolean isWrittenAnew();

  /** Shows this now. */
  void show(String text);

  /** Nothing more will be shown. */
  void end();

  /** The last line of a terminal. */
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

  /** A line for each. */
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
      // What was shown stays.
    }
  }
}
