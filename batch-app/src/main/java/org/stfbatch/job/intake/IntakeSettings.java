package org.stfbatch.job.intake;

import java.util.OptionalLong;
import org.stfbatch.job.AllowedFolders;
import org.stfbatch.kafka.ReadBound;

/**
 * Settings for reading jobs from a topic.
 *
 * @param folders the folders that the images named by messages may be in
 * @param bound where reading ends
 * @param maxMessages the most messages to read; empty for all
 * @param skipGap whether to continue with the remaining messages where unread ones have been
 *     deleted
 * @param chunk the approximate number of messages that are committed together
 */
public record IntakeSettings(
    AllowedFolders folders, ReadBound bound, OptionalLong maxMessages, boolean skipGap, int chunk) {
  /** The default number of messages that are committed together. */
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
