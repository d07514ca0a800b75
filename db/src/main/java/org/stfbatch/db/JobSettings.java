package org.stfbatch.db;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.stfbatch.base.PenaltySettings;

/**
 * Generation settings of one image job. For an empty setting, the default of the inference command
 * applies.
 *
 * @param maxNewTokens at least 1
 * @param temperature 0 (greedy decoding) or more
 * @param topP above 0, at most 1
 * @param seed of sampling
 * @param stop strings that end the answer; an empty list means none
 * @param choices the answer is the most probable one of these texts; the other settings have no
 *     effect then
 */
public record JobSettings(
    OptionalInt maxNewTokens,
    OptionalDouble temperature,
    OptionalDouble topP,
    OptionalLong seed,
    Optional<List<String>> stop,
    Optional<ChoiceTexts> choices,
    PenaltySettings penalties) {

  /** All settings empty. */
  public static final JobSettings DEFAULTS =
      new JobSettings(
          OptionalInt.empty(),
          OptionalDouble.empty(),
          OptionalDouble.empty(),
          OptionalLong.empty(),
          Optional.empty());

  /**
   * @throws IllegalArgumentException if a setting is out of its range
   */
  public JobSettings {
    require(
        maxNewTokens.isEmpty() || maxNewTokens.getAsInt() > 0, "max_new_tokens must be above 0");
    require(
        temperature.isEmpty()
            || (temperature.getAsDouble() >= 0 && Double.isFinite(temperature.getAsDouble())),
        "temperature must be 0 or more");
    require(
        topP.isEmpty() || (topP.getAsDouble() > 0 && topP.getAsDouble() <= 1),
        "top_p must be above 0 and at most 1");
    stop = stop.map(List::copyOf);
    stop.ifPresent(texts -> texts.forEach(s -> StoredText.requireStorable(s, "a stop string")));
  }

  /** Settings of a job without penalties of its own. */
  public JobSettings(
      OptionalInt maxNewTokens,
      OptionalDouble temperature,
      OptionalDouble topP,
      OptionalLong seed,
      Optional<List<String>> stop,
      Optional<ChoiceTexts> choices) {
    this(maxNewTokens, temperature, topP, seed, stop, choices, PenaltySettings.DEFAULTS);
  }

  /** Settings of a job without choices and penalties of its own. */
  public JobSettings(
      OptionalInt maxNewTokens,
      OptionalDouble temperature,
      OptionalDouble topP,
      OptionalLong seed,
      Optional<List<String>> stop) {
    this(maxNewTokens, temperature, topP, seed, stop, Optional.empty());
  }

  /** Returns these settings with the given choices if they have none of their own. */
  public JobSettings withDefaultChoices(Optional<ChoiceTexts> texts) {
    return new JobSettings(
        maxNewTokens, temperature, topP, seed, stop, choices.or(() -> texts), penalties);
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new IllegalArgumentException(message);
    }
  }
}
