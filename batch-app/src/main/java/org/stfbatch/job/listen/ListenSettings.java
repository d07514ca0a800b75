package org.stfbatch.job.listen;

import java.time.Duration;
import java.util.Optional;
import org.stfbatch.job.AllowedFolders;
import org.stfbatch.job.MaxFailed;

/**
 * Settings for executing triggers.
 *
 * @param topic the topic of the triggers
 * @param group the consumer group that reads this topic and the topics of jobs
 * @param publishTo the topic for outcomes; empty if they are not published
 * @param folders the folders that question files and images may be in
 * @param timeLimit the time limit of a trigger that does not set its own
 * @param maxFailed the failures up to which the run of a trigger counts as a success
 */
public record ListenSettings(
    String topic,
    String group,
    Optional<String> publishTo,
    AllowedFolders folders,
    Duration timeLimit,
    MaxFailed maxFailed) {
  /**
   * @throws IllegalArgumentException if the time limit is not above 0
   */
  public ListenSettings {
    if (timeLimit.isNegative() || timeLimit.isZero()) {
      throw new IllegalArgumentException("the time limit of triggers must be above 0");
    }
  }
}
