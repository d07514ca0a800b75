package org.stfbatch.training;

import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * How a stage is trained.
 *
 * @param stage what is trained on what
 * @param epochs how often all samples are learned
 * @param maxSteps how many steps are taken instead
 * @param batch rows that are computed together
 * @param accumulate batches of a step
 * @param learningRate its peak
 * @param warmup the part of all steps in which it rises to the peak
 * @param seed of the order of samples
 * @param patches of a picture that a vision tower looks at while it learns, but for the last steps;
 *     all if empty
 */
public record TrainingSettings(
    TrainingStage stage,
    int epochs,
    OptionalLong maxSteps,
    int batch,
    int accumulate,
    double learningRate,
    double warmup,
    long seed,
    OptionalInt patches) {
  public TrainingSettings {
    require(epochs >= 1, "--epochs", epochs, "1 or more");
    require(maxSteps.orElse(1) >= 1, "--max-steps", maxSteps.orElse(1), "1 or more");
    require(batch >= 1, "--batch", batch, "1 or more");
    require(accumulate >= 1, "--accumulate", accumulate, "1 or more");
    require(
        learningRate > 0 && learningRate < Double.POSITIVE_INFINITY,
        "--lr",
        learningRate,
        "more than 0");
    require(patches.orElse(1) >= 1, "--patches", patches.orElse(1), "1 or more");
    require(warmup >= 0 && warmup < 1, "--warmup", warmup, "from 0 to less than 1");
  }

  private static void require(boolean right, String option, Object value, String range) {
    if (!right) {
      throw new IllegalArgumentException(option + " is " + value + ": it must be " + range);
    }
  }

  /** All steps, if an epoch has so many. */
  long steps(int stepsPerEpoch) {
    return maxSteps.orElse((long) epochs * stepsPerEpoch);
  }
}
