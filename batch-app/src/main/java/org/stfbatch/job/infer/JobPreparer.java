package org.stfbatch.job.infer;

import org.stfbatch.db.StoredJob;
import org.stfbatch.engine.EngineJob;

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
}
