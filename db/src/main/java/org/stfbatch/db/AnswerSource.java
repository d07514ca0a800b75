package org.stfbatch.db;

import java.util.Objects;

/**
 * The job for which a reused answer was computed.
 *
 * @param run name of its run, which may have been deleted since
 * @param customId the job's name in that run
 */
public record AnswerSource(String run, String customId) {
  public AnswerSource {
    Objects.requireNonNull(run, "run is null");
    Objects.requireNonNull(customId, "customId is null");
  }
}
