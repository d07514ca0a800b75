package org.stfbatch.db;

import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * An image job to be stored.
 *
 * @param customId identifies the job in its run: 1 to {@value #MAX_CUSTOM_ID_LENGTH} characters
 * @param sourceId from {@link ImageJobStore#sourceId}; empty if the image reference needs no folder
 * @param prompt what is asked; of an unusable source line, what could be read of it
 * @param settings how to generate
 * @param rejection present if the job can never be answered: it is stored as this failure
 */
public record NewImageJob(
    String customId,
    OptionalLong sourceId,
    ImagePrompt prompt,
    JobSettings settings,
    Optional<JobFailure> rejection) {

  /** The longest {@code custom_id}, in characters. */
  public static final int MAX_CUSTOM_ID_LENGTH = 500;

  /**
   * @throws IllegalArgumentException if {@code customId} is empty, too long or not storable
   */
  public NewImageJob {
    Objects.requireNonNull(sourceId, "sourceId is null");
    Objects.requireNonNull(prompt, "prompt is null");
    Objects.requireNonNull(settings, "settings is null");
    Objects.requireNonNull(rejection, "rejection is null");
    StoredText.requireStorable(customId, "custom_id");
    if (customId.isEmpty()
        || customId.codePointCount(0, customId.length()) > MAX_CUSTOM_ID_LENGTH) {
      throw new IllegalArgumentException(
          "custom_id has 1 to " + MAX_CUSTOM_ID_LENGTH + " characters: '" + customId + "'");
    }
  }

  /** A job to be answered. */
  public static NewImageJob toAnswer(
      String customId, OptionalLong sourceId, ImagePrompt prompt, JobSettings settings) {
    return new NewImageJob(customId, sourceId, prompt, settings, Optional.empty());
  }

  /** A job that is a failure from the beginning. */
  public static NewImageJob rejected(
      String customId, OptionalLong sourceId, ImagePrompt prompt, JobFailure rejection) {
    return new NewImageJob(
        customId, sourceId, prompt, JobSettings.DEFAULTS, Optional.of(rejection));
  }
}
