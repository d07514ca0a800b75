package org.stfbatch.db;

import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.stfbatch.base.SamplingRange;
import org.stfbatch.base.Shortened;

/**
 * An image job to be stored.
 *
 * @param customId identifies the job in its run: 1 to {@value #MAX_CUSTOM_ID_LENGTH} characters
 * @param sourceId from {@link ImageJobStore#sourceId}; empty if the image reference needs no folder
 * @param prompt what is asked; of an unusable source line, what could be read of it
 * @param settings how to generate
 * @param rejection present if the job can never be answered: it is stored as this failure
 * @param origin where in its topic its message was; empty if it comes from elsewhere
 * @param traceId to be handed on with the outcome
 */
public record NewImageJob(
    String customId,
    OptionalLong sourceId,
    ImagePrompt prompt,
    JobSettings settings,
    Optional<JobFailure> rejection,
    Optional<KafkaOrigin> origin,
    Optional<String> traceId) {

  /** The longest {@code custom_id}, in characters. */
  public static final int MAX_CUSTOM_ID_LENGTH = 500;

  /**
   * @throws IllegalArgumentException if {@code customId} is empty, too long or not storable, or the
   *     trace id is not storable, or a setting is out of the range that can be computed with
   */
  public NewImageJob {
    Objects.requireNonNull(sourceId, "sourceId is null");
    Objects.requireNonNull(prompt, "prompt is null");
    Objects.requireNonNull(settings, "settings is null");
    Objects.requireNonNull(rejection, "rejection is null");
    Objects.requireNonNull(origin, "origin is null");
    traceId.ifPresent(id -> StoredText.requireStorable(id, "the trace id"));
    StoredText.requireStorable(customId, "custom_id");
    if (customId.isEmpty()
        || customId.codePointCount(0, customId.length()) > MAX_CUSTOM_ID_LENGTH) {
      throw new IllegalArgumentException(
          "custom_id has 1 to "
              + MAX_CUSTOM_ID_LENGTH
              + " characters: '"
              + Shortened.given(customId)
              + "'");
    }
    settings.temperature().ifPresent(value -> SamplingRange.temperature("temperature", value));
    settings.topP().ifPresent(value -> SamplingRange.topP("top_p", value));
  }

  /** A job to be answered. */
  public static NewImageJob toAnswer(
      String customId, OptionalLong sourceId, ImagePrompt prompt, JobSettings settings) {
    return new NewImageJob(
        customId, sourceId, prompt, settings, Optional.empty(), Optional.empty(), Optional.empty());
  }

  /** A job that is a failure from the beginning. */
  public static NewImageJob rejected(
      String customId, OptionalLong sourceId, ImagePrompt prompt, JobFailure rejection) {
    return new NewImageJob(
        customId,
        sourceId,
        prompt,
        JobSettings.DEFAULTS,
        Optional.of(rejection),
        Optional.empty(),
        Optional.empty());
  }

  /** The same job under another name. */
  public NewImageJob named(String name) {
    return new NewImageJob(name, sourceId, prompt, settings, rejection, origin, traceId);
  }

  /** The same job, and unless it says so itself, its answer is to be one of these. */
  public NewImageJob withDefaultChoices(Optional<ChoiceTexts> choices) {
    return new NewImageJob(
        customId,
        sourceId,
        prompt,
        settings.withDefaultChoices(choices),
        rejection,
        origin,
        traceId);
  }

  /** The same job with the message it came in. */
  public NewImageJob from(KafkaOrigin message, Optional<String> trace) {
    return new NewImageJob(
        customId, sourceId, prompt, settings, rejection, Optional.of(message), trace);
  }
}
