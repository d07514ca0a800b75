package org.stfbatch.training;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;
import org.stfbatch.model.TrainedWeights;
import org.stfbatch.model.checkpoint.DType;
import org.stfbatch.model.checkpoint.DurableFolder;
import org.stfbatch.model.checkpoint.LlavaCheckpoint;
import org.stfbatch.model.checkpoint.LlavaCheckpointWriter;
import org.stfbatch.model.checkpoint.OptimizerState;
import org.stfbatch.model.checkpoint.SafetensorsWriter;
import org.stfbatch.model.checkpoint.YopoTuning;

/** Progress of a training in its folder: the last checkpoint and the trained model. */
final class Progress {
  private static final String STATE = "training-state.safetensors";

  private final TrainingFolder folder;
  private final LlavaCheckpoint base;
  private final TrainingOutput output;
  private final Optional<YopoTuning> tuning;

  /**
   * @param base the checkpoint that the training began with
   * @param tuning the YOPO settings that the trained model's configuration is to have
   */
  Progress(
      TrainingFolder folder,
      LlavaCheckpoint base,
      TrainingOutput output,
      Optional<YopoTuning> tuning) {
    this.folder = folder;
    this.base = base;
    this.output = output;
    this.tuning = tuning;
  }

  boolean isDone() {
    return Files.exists(folder.model());
  }

  /** Returns the number of steps in the last checkpoint, 0 without one. */
  long steps() throws IOException {
    Optional<OptimizerState> state = optimizer();
    return state.isPresent() ? state.get().steps() : 0;
  }

  /** Returns the optimizer state of the last checkpoint. */
  Optional<OptimizerState> optimizer() throws IOException {
    return folder.latest().map(saved -> OptimizerState.read(saved.resolve(STATE)));
  }

  /** Returns the weights of the last checkpoint, or those that the training began with. */
  LlavaCheckpoint weights() throws IOException {
    return folder.latest().map(saved -> LlavaCheckpoint.open(saved, Optional.empty())).orElse(base);
  }

  /** Whether a checkpoint is due after the step. */
  boolean isDue(long step) {
    return output.saveEvery().isPresent() && step % output.saveEvery().getAsLong() == 0;
  }

  /** Saves a checkpoint, unless that step is saved already or no step was taken yet. */
  void save(long step, Supplier<TrainedWeights> trained) throws IOException {
    save(step, trained, path -> {});
  }

  /**
   * @param additional writes further files into the folder of the checkpoint
   */
  void save(long step, Supplier<TrainedWeights> trained, DurableFolder.Filler additional)
      throws IOException {
    Path checkpoint = folder.checkpoint(step);
    if (step == 0 || isDone() || Files.exists(checkpoint)) {
      return;
    }
    TrainedWeights weights = trained.get();
    DurableFolder.create(
        checkpoint,
        path -> {
          writeWeights(path, DType.FLOAT32, weights);
          additional.fill(path);
          OptimizerState.write(
              path.resolve(STATE),
              step,
              weights.trained(),
              (name, first) -> mean(weights, name, first));
        });
    folder.keepNewest(output.keep());
  }

  /** Writes the trained model. */
  void finish(TrainedWeights weights) throws IOException {
    DurableFolder.create(folder.model(), path -> writeWeights(path, output.weights(), weights));
  }

  /** Returns data whose values are read from the weights only when they are written. */
  static SafetensorsWriter.Data data(TrainedWeights weights, String name) {
    return SafetensorsWriter.float32(weights.shapes().get(name), () -> weights.weight(name).data());
  }

  private static SafetensorsWriter.Data mean(TrainedWeights weights, String name, boolean first) {
    return SafetensorsWriter.float32(
        weights.shapes().get(name),
        () -> (first ? weights.firstMoment(name) : weights.secondMoment(name)).data());
  }

  private void writeWeights(Path path, DType dtype, TrainedWeights weights) throws IOException {
    new LlavaCheckpointWriter(base, dtype, tuning)
        .write(
            path,
            name ->
                weights.trained().contains(name)
                    ? Optional.of(() -> weights.weight(name).data())
                    : Optional.empty());
  }
}
