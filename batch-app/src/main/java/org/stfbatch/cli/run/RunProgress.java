package org.stfbatch.cli.run;

import java.util.OptionalLong;
import javax.sql.DataSource;
import org.stfbatch.cli.console.ConsoleProgress;
import org.stfbatch.db.Run;
import org.stfbatch.db.RunStatus;
import org.stfbatch.db.RunStatusStore;
import org.stfbatch.job.Progress;

/** Progress display of consecutive runs. Used by one thread. */
final class RunProgress implements AutoCloseable {
  private final RunStatusStore statuses;
  private ConsoleProgress shown;

  RunProgress(DataSource dataSource) {
    this.statuses = new RunStatusStore(dataSource);
  }

  /**
   * Starts the display of a run.
   *
   * @param limit maximum number of jobs to answer
   */
  Progress begin(Run run, OptionalLong limit) {
    RunStatus status = statuses.status(run);
    long done = status.answered() + status.failed();
    long coming = Math.min(status.waiting(), limit.orElse(Long.MAX_VALUE));
    shown = ConsoleProgress.onStderr("jobs", done, status.failed(), done + coming);
    return shown;
  }

  /** Ends the display of the current run. */
  void end() {
    if (shown != null) {
      shown.close();
      shown = null;
    }
  }

  @Override
  public void close() {
    end();
  }
}
