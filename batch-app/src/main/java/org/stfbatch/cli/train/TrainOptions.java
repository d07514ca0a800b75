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

/** What both stages are told. */
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
      description = "The folder of the pictures that the data names.")
  private Path images;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description =
          "The training's own folder: the trained model, saved checkpoints, and log.jsonl with a line a step.")
  private Path out;

  @Option(
      names = "--epochs",
      defaultValue = "1",
      paramLabel = "N",
      description = "How often all samples are learned. Default: ${DEFAULT-VALUE}")
  private int epochs;

  @Option(
      names = "--max-steps",
      paramLabel = "N",
      description = "Take so many steps instead of whole epochs.")
  private Long maxSteps;

  @Option(
      names = "--batch",
      defaultValue = "16",
      paramLabel = "N",
      description = "Samples that are computed together. Default: ${DEFAULT-VALUE}")
  private int batch;

  @Option(
      names = "--warmup",
      defaultValue = "0.03",
      paramLabel = "PART",
      description =
          "The part of all steps in which the learning rate rises; then it falls in half a cosine. Default: ${DEFAULT-VALUE}")
  private double warmup;

  @Option(
      names = "--seed",
      defaultValue = "42",
      paramLabel = "S",
      description = "Of the samples' order. Default: ${DEFAULT-VALUE}")
  private long seed;

  @Option(
      names = "--save-every",
      defaultValue = "100",
      paramLabel = "N",
      description =
          "Steps from one saved checkpoint to the next: what a kill loses at most. Default: ${DEFAULT-VALUE}")
  private long saveEvery;

  @Option(
      names = "--keep",
      defaultValue = "1",
      paramLabel = "N",
      description = "How many saved checkpoints are kept. Default: ${DEFAULT-VALUE}")
  private int keep;

  @Option(
      names = "--dtype",
      defaultValue = "float32",
      paramLabel = "TYPE",
      description = {
        "What products are computed in: float32 (exact), bfloat16, or auto: bfloat16 where the device computes in it, else float32.",
        "Weights, gradients and optimizer are float32 in any case. Default: ${DEFAULT-VALUE}"
      })
  private Computed dtype;

  @Option(
      names = "--features-dtype",
      defaultValue = "float32",
      paramLabel = "TYPE",
      description =
          "What the frozen tower's features are kept in on disk: float32, or bfloat16 for half of the room. Default: ${DEFAULT-VALUE}")
  private Stored features;

  @Option(
      names = "--features",
      paramLabel = "DIR",
      description =
          "Keep the features here, for other trainings with the same pictures and tower. Default: in --out until the training is done.")
  private Path sharedFeatures;

  @Option(
      names = "--weights",
      defaultValue = "float32",
      paramLabel = "TYPE",
      description = "The trained model's dtype: float32 or bfloat16. Default: ${DEFAULT-VALUE}")
  private Stored weights;

  @Option(
      names = "--device",
      defaultValue = "cpu",
      paramLabel = "DEVICE",
      description = "cpu or cuda:N. Default: ${DEFAULT-VALUE}")
  private String device;

  /** The dtypes that products are computed in. */
  enum Computed {
    AUTO,
    FLOAT32,
    BFLOAT16;

    private DType on(String device) {
      return Precision.valueOf(name()).on(device);
    }
  }

  /** The dtypes that a training writes. */
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
   * @throws OutputException if what is written would be lost, or would destroy what is read
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

  /** The training's name: where it is. */
  String name() {
    return out.toAbsolutePath().normalize().toString();
  }
}
