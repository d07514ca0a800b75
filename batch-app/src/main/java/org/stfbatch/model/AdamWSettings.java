package org.stfbatch.model;

/**
 * Hyperparameters of AdamW; there is no weight decay.
 *
 * @param beta1 decay of the first moment, the gradients' running mean
 * @param beta2 decay of the second moment, the running mean of their squares
 * @param epsilon added to the divisor
 * @param gradientNorm maximum global L2 norm; larger gradients are scaled down to it
 */
public record AdamWSettings(double beta1, double beta2, double epsilon, double gradientNorm) {
  public AdamWSettings {
    if (!(beta1 >= 0 && beta1 < 1) || !(beta2 >= 0 && beta2 < 1)) {
      throw new IllegalArgumentException("betas must be in [0, 1): " + beta1 + ", " + beta2);
    }
    if (!(epsilon > 0) || !(gradientNorm > 0)) {
      throw new IllegalArgumentException(
          "epsilon and gradient norm must be positive: " + epsilon + ", " + gradientNorm);
    }
  }

  /** Returns LLaVA's settings: the defaults of Hugging Face's trainer. */
  public static AdamWSettings standard() {
    return new AdamWSettings(0.9, 0.999, 1e-8, 1);
  }
}
