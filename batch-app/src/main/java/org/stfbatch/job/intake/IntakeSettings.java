package org.stfbatch.job.intake;

import java.util.OptionalLong;
import org.stfbatch.job.AllowedFolders;
import org.stfbatch.kafka.ReadBound;

/**
 * How a topic is taken in.
 *
 * @param folders where the images may be that messages name
 * @param bound where reading ends
 * @param maxMessages at most so many messages; empty for all
 * @param skipGap whether to go on at what is left where messages are gone that were not read
 * @param chunk about so many messages are committed together
 */
public record IntakeSettings(
    AllowedFolders folders, ReadBound bound, OptionalLong maxMessages, boolean skipGap, int chunk) {
  /** Messages that are committed together unless said otherwise. */
  public static final int CHUNK = 1000;

  /**
   * @throws IllegalArgumentException if a number is not above 0
   */
  public IntakeSettings {
    if (chunk < 1 || maxMessages.isPresent() && maxMessages.getAsLong() < 1) {
      throw new IllegalArgumentException("chunk and the most jobs to take must be at least 1");
    }
  }
}
