package org.stfbatch.cli.train;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.stfbatch.cli.option.Images;
import org.stfbatch.cli.option.ModelOptions;
import org.stfbatch.cli.option.Precision;
import org.stfbatch.cli.service.Stores;
import org.stfbatch.file.OutputException;
import org.stfbatch.file.OutputPaths;
import org.stfbatch.model.ModelSettings;
import org.stfbatch.model.WeightFormat;
import org.stfbatch.model.checkpoint.DType;
import org.stfbatch.model.checkpoint.LlavaCheckpoint;
import org.stfbatch.training.TrainingInput;
import org.stfbatch.training.TrainingOutput;
import org.stfbatch.training.TrainingSettings;
import org.stfbatch.training.TrainingStage;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options of all stages. */
final class TrainOptions {
  @Mixin private ModelOptions model;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "FILE",
      description = "LLaVA's training JSON: a list of id, image and conversations.")
  private Path data;

  @Option(
      names = "--images",
      required = true,
      paramLabel = "DIR",
      description = "The folder of the images that the data names.")
  private Path images;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description =
          "The folder of the training: the trained model, saved checkpoints, and log.jsonl with one line per step.")
  private Path out;

  @Option(
      names = "--epochs",
      defaultValue = "1",
      paramLabel = "N",
      description = "Number of epochs. Default: ${DEFAULT-VALUE}")
  private int epochs;

  @Option(
      names = "--max-steps",
      paramLabel = "N",
      description = "Number of steps, instead of epochs.")
  private Long maxSteps;

  @Option(
      names = "--batch",
      defaultValue = "16",
      paramLabel = "N",
      description = "Samples per batch. Default: ${DEFAULT-VALUE}")
  private int batch;

  @Option(
      names = "--warmup",
      defaultValue = "0.03",
      paramLabel = "PART",
      description =
          "Fraction of all steps for the linear warm-up of the learning rate; cosine decay follows. Default: ${DEFAULT-VALUE}")
  private double warmup;

  @Option(
      names = "--seed",
      defaultValue = "42",
      paramLabel = "S",
      description = "Random seed of the order of samples. Default: ${DEFAULT-VALUE}")
  private long seed;

  @Option(
      names = "--save-every",
      defaultValue = "100",
      paramLabel = "N",
      description =
          "Steps between saved checkpoints; a kill loses at most this many. Default: ${DEFAULT-VALUE}")
  private long saveEvery;

  @Option(
      names = "--keep",
      defaultValue = "1",
      paramLabel = "N",
      description = "Number of saved checkpoints to keep. Default: ${DEFAULT-VALUE}")
  private int keep;

  @Option(
      names = "--dtype",
      defaultValue = "float32",
      paramLabel = "TYPE",
      description = {
        "The dtype of matrix products: float32 (exact), bfloat16, or auto: bfloat16 where the device computes in it, else float32.",
        "Weights, gradients and optimizer state are always float32. Default: ${DEFAULT-VALUE}"
      })
  private Computed dtype;

  @Option(
      names = "--features-dtype",
      defaultValue = "float32",
      paramLabel = "TYPE",
      description =
          "The dtype of the frozen tower's cached features on disk: float32, or bfloat16 for half the space. Default: ${DEFAULT-VALUE}")
  private Stored features;

  @Option(
      names = "--features",
      paramLabel = "DIR",
      description =
          "A folder to keep the features for other trainings with the same images and tower. Default: in --out until the training is done.")
  private Path sharedFeatures;

  @Option(
      names = "--weights",
      defaultValue = "float32",
      paramLabel = "TYPE",
      description =
          "The dtype of the trained model: float32 or bfloat16. Default: ${DEFAULT-VALUE}")
  private Stored weights;

  @Option(
      names = "--device",
      defaultValue = "cpu",
      paramLabel = "DEVICE",
      description = "cpu or cuda:N. Default: ${DEFAULT-VALUE}")
  private String device;

  /** The dtypes of matrix products. */
  enum Computed {
    AUTO,
    FLOAT32,
    BFLOAT16;

    private DType on(String device) {
      return Precision.valueOf(name()).on(device);
    }
  }

  /** The dtypes of trained models. */
  enum Stored {
    FLOAT32(DType.FLOAT32),
    BFLOAT16(DType.BFLOAT16);

    private final DType dtype;

    Stored(DType dtype) {
      this.dtype = dtype;
    }
  }

  /**
   * @throws IllegalArgumentException naming an option that cannot be used
   */
  TrainingSettings settings(
      TrainingStage stage, double learningRate, int accumulate, OptionalInt patches) {
    return new TrainingSettings(
        stage,
        epochs,
        maxSteps == null ? OptionalLong.empty() : OptionalLong.of(maxSteps),
        batch,
        accumulate,
        learningRate,
        warmup,
        seed,
        patches);
  }

  /** Returns the depth of the model to train. */
  int languageLayers() {
    return model.open().config().language().numHiddenLayers();
  }

  /** Returns whether the number of steps is given. */
  boolean hasSteps() {
    return maxSteps != null;
  }

  TrainingInput input() {
    LlavaCheckpoint checkpoint = model.open();
    ModelSettings settings = new ModelSettings(device, dtype.on(device), WeightFormat.PLAIN);
    return new TrainingInput(
        data, images, checkpoint, Images.config(checkpoint.config()), settings);
  }

  TrainingOutput output() {
    return new TrainingOutput(
        out,
        OptionalLong.of(saveEvery),
        keep,
        weights.dtype,
        features.dtype,
        Optional.ofNullable(sharedFeatures));
  }

  /**
   * @throws OutputException if an output would be lost, or would overwrite an input
   */
  void checkOutputs(Stores stores) {
    model
        .keptOut(new OutputPaths())
        .keepsOutOf("the program's store", stores.serverFolders())
        .reads("--data", data)
        .reads("--images", images)
        .writesInto("--out", out)
        .writesInto("--features", sharedFeatures)
        .check();
  }

  /** Returns the training's name, which is its folder's. */
  String name() {
    return out.toAbsolutePath().normalize().toString();
  }
}
