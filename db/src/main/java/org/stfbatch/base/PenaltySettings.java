package org.stfbatch.base;

import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * Penalties of one job against repetition. For an empty one, the default of the inference command
 * applies.
 *
 * @param repetition {@value PenaltyRange#REPETITION}; 1 is off
 * @param noRepeatNgramSize no n-gram of this size occurs twice; 0 is off
 * @param presence {@value PenaltyRange#SUBTRACTED}; 0 is off
 * @param frequency {@value PenaltyRange#SUBTRACTED}; 0 is off
 */
public record PenaltySettings(
    OptionalDouble repetition,
    OptionalInt noRepeatNgramSize,
    OptionalDouble presence,
    OptionalDouble frequency) {

  /** All penalties empty. */
  public static final PenaltySettings DEFAULTS =
      new PenaltySettings(
          OptionalDouble.empty(),
          OptionalInt.empty(),
          OptionalDouble.empty(),
          OptionalDouble.empty());

  /** All penalties off, whatever the command says. */
  public static final PenaltySettings OFF =
      new PenaltySettings(
          OptionalDouble.of(1), OptionalInt.of(0), OptionalDouble.of(0), OptionalDouble.of(0));

  /**
   * @throws IllegalArgumentException if a penalty is out of its range
   */
  public PenaltySettings {
    repetition.ifPresent(value -> PenaltyRange.repetition("repetition_penalty", value));
    noRepeatNgramSize.ifPresent(value -> PenaltyRange.ngramSize("no_repeat_ngram_size", value));
    presence.ifPresent(value -> PenaltyRange.subtracted("presence_penalty", value));
    frequency.ifPresent(value -> PenaltyRange.subtracted("frequency_penalty", value));
  }
}
