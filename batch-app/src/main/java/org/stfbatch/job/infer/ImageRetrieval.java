package org.stfbatch.job.infer;

import org.stfbatch.image.Availability;
import org.stfbatch.image.ImageLoader;

/**
 * How the images of jobs are retrieved, and how often.
 *
 * @param loader downloads or reads them
 * @param availability tracks images that failed with transient errors
 * @param parallel limits of concurrent downloads
 * @param attempts the number of attempts after which a transient error of an image is final
 */
record ImageRetrieval(
    ImageLoader loader, Availability availability, JobPreparer.Parallel parallel, int attempts) {
  ImageRetrieval {
    if (attempts < 1) {
      throw new IllegalArgumentException("an image needs at least 1 attempt, not " + attempts);
    }
  }
}
