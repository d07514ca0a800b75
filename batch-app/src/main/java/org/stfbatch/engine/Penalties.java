package org.stfbatch.engine;

import org.stfbatch.base.PenaltyRange;

/**
 * Penalties of a generated answer against repetition. Image positions have no token and count
 * nowhere.
 *
 * @param repetition divides the positive logits, and multiplies the negative ones, of all tokens of
 *     prompt and answer (Keskar et al. 2019, arXiv:1909.05858; transformers' {@code
 *     RepetitionPenaltyLogitsProcessor}); 1 is off
 * @param noRepeatNgramSize no n-gram of this size occurs twice in prompt and answer (transformers'
 *     {@code NoRepeatNGramLogitsProcessor}); 0 is off
 * @param presence subtracted from the logits of all tokens of the answer (OpenAI's); 0 is off
 * @param frequency subtracted from the logits of the answer's tokens, once for each occurrence
 *     (OpenAI's); 0 is off
 */
public record Penalties(
    double repetition, int noRepeatNgramSize, double presence, double frequency) {
  /** No penalties. */
  public static final Penalties NONE = new Penalties(1, 0, 0, 0);

  /**
   * @throws IllegalArgumentException if one is out of its {@link PenaltyRange}
   */
  public Penalties {
    PenaltyRange.repetition("the repetition penalty", repetition);
    PenaltyRange.ngramSize("the size of n-grams", noRepeatNgramSize);
    PenaltyRange.subtracted("the presence penalty", presence);
    PenaltyRange.subtracted("the frequency penalty", frequency);
  }

  boolean isNone() {
    return !countsAnswer() && noRepeatNgramSize == 0;
  }

  /** Returns whether logits depend on which tokens are in the prompt. */
  boolean countsPrompt() {
    return repetition != 1;
  }

  /** Returns whether logits depend on which tokens are in the answer. */
  boolean countsAnswer() {
    return countsPrompt() || presence != 0 || frequency != 0;
  }
}
