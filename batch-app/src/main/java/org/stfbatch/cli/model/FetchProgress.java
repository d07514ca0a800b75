package org.stfbatch.cli.model;

import org.stfbatch.cli.console.ConsoleProgress;
import org.stfbatch.cli.console.Notices;
import org.stfbatch.hub.FetchListener;
import org.stfbatch.job.Progress;

/** Shows the progress of a download in whole megabytes. */
final class FetchProgress implements FetchListener, AutoCloseable {
  private static final long MB = 1_000_000;

  private ConsoleProgress console;
  private long bytes;
  private long shown;

  @Override
  public synchronized void begins(long total, long present) {
    console = ConsoleProgress.onStderr("MB", present / MB, total / MB);
  }

  @Override
  public synchronized void received(long more) {
    bytes += more;
    long step = bytes / MB - shown;
    if (step != 0 && console != null) {
      shown += step;
      console.advanced(new Progress.Step(step, 0));
    }
  }

  @Override
  public void brokenOff(String what, String why) {
    Notices.onStderr(what + ": " + why + "; retrying");
  }

  @Override
  public synchronized void close() {
    if (console != null) {
      console.close();
      console = null;
    }
  }
}
