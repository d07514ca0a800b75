package org.stfbatch.job.infer;

import java.util.concurrent.CompletableFuture;
import org.stfbatch.db.StoredJob;
import org.stfbatch.engine.EngineJob;
import org.stfbatch.image.Availability;
import org.stfbatch.image.LoadStatistics;
import org.stfbatch.image.PutOffException;

/**
 * Converts stored jobs to engine jobs: fetches, decodes and resizes their images, and tokenizes
 * their prompts.
 */
@FunctionalInterface
public interface JobPreparer {
  /**
   * Prepares a job. Thread safe.
   *
   * @throws PreparationException if the job itself is at fault
   * @throws PutOffException if the image is postponed: it may be available later
   */
  EngineJob prepare(StoredJob job)
      throws PreparationException, PutOffException, InterruptedException;

  /** A job whose download, if it needs one, has ended. */
  @FunctionalInterface
  interface Fetched {
    /**
     * Completes the preparation on the calling thread, or finds a stored answer. Must be called
     * once.
     *
     * @throws org.springframework.dao.DataAccessException if stored answers cannot be read
     * @throws PreparationException if the job itself is at fault
     * @throws PutOffException if the image is postponed
     */
    PreparedJob prepare() throws PreparationException, PutOffException, InterruptedException;
  }

  /**
   * Limits of concurrent image downloads.
   *
   * @param images in total
   * @param imagesPerHost for one host
   */
  record Parallel(int images, int imagesPerHost) {}

  /**
   * Starts the download that a job needs, without waiting for it.
   *
   * @return completes at once if nothing is downloaded; exceptionally with a {@link
   *     PutOffException} if the image is postponed
   */
  default CompletableFuture<Fetched> fetch(StoredJob job) {
    return CompletableFuture.completedFuture(() -> PreparedJob.of(prepare(job)));
  }

  /** Returns the host that a job's image is downloaded from; empty if it is not downloaded. */
  default String host(StoredJob job) {
    return "";
  }

  /** Returns whether a job's image should be requested now. */
  default boolean admits(StoredJob job) {
    return true;
  }

  default Parallel parallel() {
    return new Parallel(1, 1);
  }

  /** Returns which images are unavailable and when they are retried. */
  default Availability.Outlook outlook() {
    return Availability.Outlook.CLEAR;
  }

  /**
   * Retries unavailable images without a time limit, for work that ends only when it is stopped.
   */
  default void neverGiveUp() {}

  /**
   * Cancels the downloads that {@link #fetch} has started, and returns when their threads have
   * ended.
   */
  default void cancel() {}

  /** Returns the cost of image preparation so far; zero if no images are loaded. */
  default LoadStatistics statistics() {
    return LoadStatistics.NONE;
  }
}
