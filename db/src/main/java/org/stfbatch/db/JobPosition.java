package org.stfbatch.db;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;

/**
 * A place in the order in which a run's jobs are answered: by image key (in the order of its UTF-8
 * bytes), then by job.
 *
 * @param imageKey of the job at this place
 * @param jobId of the job at this place
 */
public record JobPosition(String imageKey, long jobId) {

  /** Before every job. */
  public static final JobPosition START = new JobPosition("", 0);

  public JobPosition {
    Objects.requireNonNull(imageKey, "imageKey is null");
  }

  /** Whether this place comes later. */
  public boolean isAfter(JobPosition other) {
    int order =
        Arrays.compareUnsigned(
            imageKey.getBytes(StandardCharsets.UTF_8),
            other.imageKey.getBytes(StandardCharsets.UTF_8));
    return order > 0 || order == 0 && jobId > other.jobId;
  }
}
