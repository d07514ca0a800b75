package org.stfbatch.model.checkpoint;

import java.util.Optional;

/**
 * Rotary position embedding of a LLaMA model.
 *
 * @param theta base of the frequencies, {@code rope_theta}
 * @param scaling of the frequencies for long contexts, if any
 */
public record RopeConfig(double theta, Optional<Llama3Scaling> scaling) {

  /**
   * Scaling of Llama 3.1, {@code rope_type} {@code llama3} in transformers.
   *
   * @param factor divisor of the low frequencies
   * @param lowFrequencyFactor frequencies that turn fewer times within the original context are
   *     divided by {@code factor}
   * @param highFrequencyFactor frequencies that turn more often are kept; greater than {@code
   *     lowFrequencyFactor}
   * @param originalPositions the context in tokens before it was extended
   */
  public record Llama3Scaling(
      double factor, double lowFrequencyFactor, double highFrequencyFactor, int originalPositions) {

    /** transformers' {@code rope_type}. */
    public static final String TYPE = "llama3";

    static final String FACTOR = "factor";
    static final String LOW = "low_freq_factor";
    static final String HIGH = "high_freq_factor";
    static final String POSITIONS = "original_max_position_embeddings";
  }

  /** Returns the embedding without scaling. */
  public static RopeConfig unscaled(double theta) {
    return new RopeConfig(theta, Optional.empty());
  }
}
