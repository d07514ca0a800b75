package org.stfbatch.training;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import org.stfbatch.model.checkpoint.DType;

/**
 * Where a training puts what, and how often.
 *
 * @param folder its own folder
 * @param saveEvery steps from one saved checkpoint to the next; empty: only when it is stopped
 * @param keep how many of them are kept
 * @param weights FLOAT32 or BFLOAT16: the trained model's
 * @param features FLOAT32 or BFLOAT16: what the tower's features are kept in
 * @param sharedFeatures where they are kept for other trainings; empty: in the folder, until the
 *     training is done
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
