package org.stfbatch.training;

import org.stfbatch.model.checkpoint.ClipVisionConfig;

/** Counts the floating-point operations of training a vision tower, like {@link TrainingFlops}. */
final class TowerFlops {
  /** Forward, backward to the activations, backward to the weights. */
  private static final int PASSES = 3;

  private TowerFlops() {}

  /**
   * @param blocks trained blocks
   * @param patches processed patches per image
   * @return operations per image
   */
  static double of(ClipVisionConfig vision, int blocks, int patches) {
    double width = vision.hiddenSize();
    double tokens = patches + 1;
    double weights = 4 * width * width + 2 * width * vision.intermediateSize();
    double block = 2 * tokens * weights + 4 * tokens * tokens * width;
    double pixels = 3.0 * vision.patchSize() * vision.patchSize();
    // The patch embedding needs no gradient of its input.
    double embedding = (PASSES - 1) * 2 * vision.patches() * pixels * width;
    return embedding + PASSES * blocks * block;
  }
}
