package org.stfbatch.training;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import org.stfbatch.model.checkpoint.DType;

/**
 * Output of a training.
 *
 * @param folder of the training
 * @param saveEvery steps between checkpoints; empty: a checkpoint only when the training is stopped
 * @param keep number of checkpoints to keep
 * @param weights dtype of the trained model, FLOAT32 or BFLOAT16
 * @param features dtype of the stored image features, FLOAT32 or BFLOAT16
 * @param sharedFeatures folder of image features that trainings share; empty: the training's
 *     folder, until the training is done
 */
public record TrainingOutput(
    Path folder,
    OptionalLong saveEvery,
    int keep,
    DType weights,
    DType features,
    Optional<Path> sharedFeatures) {
  public TrainingOutput {
    if (saveEvery.orElse(1) < 1 || keep < 1) {
      throw new IllegalArgumentException(
          "--save-every is %d and --keep %d: both must be 1 or more"
              .formatted(saveEvery.orElse(1), keep));
    }
  }
}
