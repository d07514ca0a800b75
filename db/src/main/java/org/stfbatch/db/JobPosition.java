package org.stfbatch.db;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;

/**
 * Keyset-pagination cursor over a run's waiting jobs. Jobs are ordered by image key (by its UTF-8
 * bytes), then by job id.
 *
 * @param imageKey of the job at this position
 * @param jobId of the job at this position
 */
public record JobPosition(String imageKey, long jobId) {

  /** The position before all jobs. */
  public static final JobPosition START = new JobPosition("", 0);

  public JobPosition {
    Objects.requireNonNull(imageKey, "imageKey is null");
  }

  /** Returns whether this position is later than the other. */
  public boolean isAfter(JobPosition other) {
    int order =
        Arrays.compareUnsigned(
            imageKey.getBytes(StandardCharsets.UTF_8),
            other.imageKey.getBytes(StandardCharsets.UTF_8));
    return order > 0 || order == 0 && jobId > other.jobId;
  }
}
