package org.stfbatch.job.listen;

import java.util.Optional;
import org.stfbatch.db.Run;
import org.stfbatch.db.Worker;

/** Decides whether this process shares the answering of runs with other workers. */
@FunctionalInterface
public interface Sharing {
  /** Returns this process as a worker of a run; empty if it answers the run alone. */
  Optional<Worker> worker(Run run);
}
