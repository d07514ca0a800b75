package org.stfbatch.db;

import java.time.Instant;
import java.util.Objects;

/**
 * The final error of one image job.
 *
 * @param jobId the job that failed
 * @param failure stage, code and message
 * @param failedAt to the microsecond
 */
public record StoredFailure(long jobId, JobFailure failure, Instant failedAt) {

  public StoredFailure {
    Objects.requireNonNull(failure, "failure is null");
    failedAt = Rows.storablePrecision(failedAt);
  }
}
