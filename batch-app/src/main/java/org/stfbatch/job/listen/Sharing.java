package org.stfbatch.job.listen;

import java.util.Optional;
import org.stfbatch.db.Run;
import org.stfbatch.db.Worker;

/** Whether this process answers runs beside others. */
@FunctionalInterface
public interface Sharing {
  /** This process as a worker of a run; empty if it has the run for itself. */
  Optional<Worker> worker(Run run);
}
