package org.stfbatch.db;

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
}
