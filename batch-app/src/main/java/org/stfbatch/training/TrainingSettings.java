package org.stfbatch.training;

import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Hyperparameters of a training stage.
 *
 * @param stage what is trained, and on which data
 * @param epochs passes over all samples
 * @param maxSteps number of steps, instead of {@code epochs}
 * @param batch rows per batch
 * @param accumulate batches per step
 * @param learningRate peak learning rate
 * @param warmup fraction of all steps that warm up to the peak
 * @param seed of the order of samples
 * @param patches patches per image that a vision tower processes in training, except in the last
 *     steps; empty: all
 * @param compression the vision-token strategies of the steps
 * @param flops floating-point operations of all steps, instead of {@code epochs}
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
    OptionalInt patches,
    CompressionSchedule compression,
    OptionalDouble flops) {
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

  /** Creates settings without vision-token compression and limit of operations. */
  public TrainingSettings(
      TrainingStage stage,
      int epochs,
      OptionalLong maxSteps,
      int batch,
      int accumulate,
      double learningRate,
      double warmup,
      long seed,
      OptionalInt patches) {
    this(
        stage,
        epochs,
        maxSteps,
        batch,
        accumulate,
        learningRate,
        warmup,
        seed,
        patches,
        CompressionSchedule.none(),
        OptionalDouble.empty());
  }

  /**
   * Returns the same settings with vision-token strategies.
   *
   * @param operations of all steps, which then set their number; empty to leave it
   */
  public TrainingSettings with(CompressionSchedule schedule, OptionalDouble operations) {
    return new TrainingSettings(
        stage,
        epochs,
        maxSteps,
        batch,
        accumulate,
        learningRate,
        warmup,
        seed,
        patches,
        schedule,
        operations);
  }

  private static void require(boolean right, String option, Object value, String range) {
    if (!right) {
      throw new IllegalArgumentException(option + " is " + value + ": it must be " + range);
    }
  }

  /** Returns the number of all steps, given the steps of an epoch. */
  long steps(int stepsPerEpoch) {
    return maxSteps.orElse((long) epochs * stepsPerEpoch);
  }
}
