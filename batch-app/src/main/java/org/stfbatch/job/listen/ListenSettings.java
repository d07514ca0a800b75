package org.stfbatch.job.listen;

import java.time.Duration;
import java.util.Optional;
import org.stfbatch.job.AllowedFolders;
import org.stfbatch.job.MaxFailed;

/**
 * How triggers are carried out.
 *
 * @param topic of the triggers
 * @param group in whose name it, and topics of jobs, are read
 * @param publishTo the topic to which outcomes go, if to any
 * @param folders where question files and images may be
 * @param timeLimit how long a trigger may take that does not say so itself
 * @param maxFailed with how many failures its run is still a success
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
