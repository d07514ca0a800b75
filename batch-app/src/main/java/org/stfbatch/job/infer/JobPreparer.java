package org.stfbatch.job.infer;

import java.util.concurrent.CompletableFuture;
import org.stfbatch.db.StoredJob;
import org.stfbatch.engine.EngineJob;
import org.stfbatch.image.Availability;
import org.stfbatch.image.LoadStatistics;
import org.stfbatch.image.PutOffException;

/**
 * Makes stored jobs ready for the engine: their images fetched, decoded and resized, their prompts
 * tokenised.
 */
@FunctionalInterface
public interface JobPreparer {
  /**
   * Thread safe.
   *
   * @throws PreparationException if the job itself is at fault
   * @throws PutOffException if its image may be there later
   */
  EngineJob prepare(StoredJob job)
      throws PreparationException, PutOffException, InterruptedException;

  /** A job that needs nothing from the network any more. */
  @FunctionalInterface
  interface Fetched {
    /**
     * Does the rest, on the calling thread. To be called once.
     *
     * @throws PreparationException if the job itself is at fault
     * @throws PutOffException if its image may be there later
     */
    EngineJob prepare() throws PreparationException, PutOffException, InterruptedException;
  }

  /**
   * How many images may be on their way over the network.
   *
   * @param images in all
   * @param imagesPerHost of one host
   */
  record Parallel(int images, int imagesPerHost) {}

  /**
   * Begins to bring what a job needs over the network, and does not wait for it.
   *
   * @return completes at once if nothing is to be brought; exceptionally with a {@link
   *     PutOffException} if it may be there later
   */
  default CompletableFuture<Fetched> fetch(StoredJob job) {
    return CompletableFuture.completedFuture(() -> prepare(job));
  }

  /** The host that a job's image is to be brought from; empty if it comes over no network. */
  default String host(StoredJob job) {
    return "";
  }

  /** Whether it is worth fetching a job now. */
  default boolean admits(StoredJob job) {
    return true;
  }

  default Parallel parallel() {
    return new Parallel(1, 1);
  }

  /** Which images can be had; empty of troubles if no images are loaded. */
  default Availability.Outlook outlook() {
    return Availability.Outlook.CLEAR;
  }

  /** The work has no end of its own: what is away is asked for again for ever. */
  default void neverGiveUp() {}

  /** Ends what {@link #fetch} has begun, and returns when its threads have ended. */
  default void cancel() {}

  /** What making images ready has cost so far; nothing if no images are loaded. */
  default LoadStatistics statistics() {
    return LoadStatistics.NONE;
  }
}
