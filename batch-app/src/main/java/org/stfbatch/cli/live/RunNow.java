package org.stfbatch.cli.live;

import java.util.List;
import javax.sql.DataSource;
import org.stfbatch.db.Run;
import org.stfbatch.db.RunStatus;
import org.stfbatch.db.RunStatusStore;
import org.stfbatch.db.WorkerStore;
import org.stfbatch.db.WorkerStore.LiveWorker;

/**
 * State of the current run as a whole.
 *
 * @param status of the whole run, all workers together
 * @param workers workers that share it; empty if the process does not share it
 */
record RunNow(RunStatus status, List<LiveWorker> workers) {
  static RunNow read(Run run, DataSource dataSource) {
    return new RunNow(
        new RunStatusStore(dataSource).status(run), new WorkerStore(dataSource).alive(run.runId()));
  }

  boolean isShared() {
    return workers.size() > 1;
  }
}
