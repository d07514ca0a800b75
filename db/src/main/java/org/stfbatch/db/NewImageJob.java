package org.stfbatch.db;

import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.stfbatch.base.SamplingRange;
import org.stfbatch.base.Shortened;

/**
 * An image job that is not stored yet.
 *
 * @param customId unique in the run: 1 to {@value #MAX_CUSTOM_ID_LENGTH} characters
 * @param sourceId from {@link ImageJobStore#sourceId}; empty if the image reference needs no folder
 * @param prompt question and image; for a rejected source line, the fields that could be read
 * @param settings generation settings
 * @param rejection present if the job cannot be answered: it is stored with this failure
 * @param origin partition and offset of its message; empty if it does not come from a topic
 * @param traceId published with the outcome
 * @param shard the image's bytes in a shard; empty if it is not in one
 */
public record NewImageJob(
    String customId,
    OptionalLong sourceId,
    ImagePrompt prompt,
    JobSettings settings,
    Optional<JobFailure> rejection,
    Optional<KafkaOrigin> origin,
    Optional<String> traceId,
    Optional<ShardRange> shard) {

  /** The longest {@code custom_id}, in characters. */
  public static final int MAX_CUSTOM_ID_LENGTH = 500;

  /**
   * @throws IllegalArgumentException if {@code customId} is empty, too long or not storable, the
   *     trace id is not storable, or a setting is out of its {@link SamplingRange}
   */
  public NewImageJob {
    Objects.requireNonNull(sourceId, "sourceId is null");
    Objects.requireNonNull(prompt, "prompt is null");
    Objects.requireNonNull(settings, "settings is null");
    Objects.requireNonNull(rejection, "rejection is null");
    Objects.requireNonNull(origin, "origin is null");
    Objects.requireNonNull(shard, "shard is null");
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

  /** Returns a job to be answered. */
  public static NewImageJob toAnswer(
      String customId, OptionalLong sourceId, ImagePrompt prompt, JobSettings settings) {
    return new NewImageJob(
        customId,
        sourceId,
        prompt,
        settings,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /** Returns a job that is stored as a failure. */
  public static NewImageJob rejected(
      String customId, OptionalLong sourceId, ImagePrompt prompt, JobFailure rejection) {
    return new NewImageJob(
        customId,
        sourceId,
        prompt,
        JobSettings.DEFAULTS,
        Optional.of(rejection),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /** Returns the same job under another name. */
  public NewImageJob named(String name) {
    return new NewImageJob(name, sourceId, prompt, settings, rejection, origin, traceId, shard);
  }

  /** Returns the same job with the given choices if it has none of its own. */
  public NewImageJob withDefaultChoices(Optional<ChoiceTexts> choices) {
    return new NewImageJob(
        customId,
        sourceId,
        prompt,
        settings.withDefaultChoices(choices),
        rejection,
        origin,
        traceId,
        shard);
  }

  /** Returns the same job with the position of the message it came in. */
  public NewImageJob from(KafkaOrigin message, Optional<String> trace) {
    return new NewImageJob(
        customId, sourceId, prompt, settings, rejection, Optional.of(message), trace, shard);
  }

  /** Returns the same job with its image at a byte range of a shard. */
  public NewImageJob in(ShardRange range) {
    return new NewImageJob(
        customId, sourceId, prompt, settings, rejection, origin, traceId, Optional.of(range));
  }
}
