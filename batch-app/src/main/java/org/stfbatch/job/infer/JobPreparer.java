package org.stfbatch.job.infer;

import org.stfbatch.db.StoredJob;
import org.stfbatch.engine.EngineJob;
import org.stfbatch.image.LoadStatistics;

/**
 * Makes a stored job ready for the engine: its image fetched, decoded and resized, its prompt
 * tokenised.
 */
@FunctionalInterface
public interface JobPreparer {
  /**
   * Thread safe.
   *
   * @throws PreparationException if the job itself is at fault
   */
  EngineJob prepare(StoredJob job) throws PreparationException, InterruptedException;

  /** What making images ready has cost so far; nothing if no images are loaded. */
  default LoadStatistics statistics() {
    return LoadStatistics.NONE;
  }
}
