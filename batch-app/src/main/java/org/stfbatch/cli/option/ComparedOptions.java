package org.stfbatch.cli.option;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.stfbatch.compression.CheckpointShape;
import org.stfbatch.compression.CompressionStrategy;
import org.stfbatch.compression.NoCompression;
import org.stfbatch.engine.EngineSettings;
import org.stfbatch.job.infer.Preparation;
import org.stfbatch.model.ModelSettings;
import org.stfbatch.model.WeightFormat;
import org.stfbatch.model.checkpoint.DType;
import org.stfbatch.storage.Storage;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options of a checkpoint with two settings. */
public final class ComparedOptions {
  private static final List<DType> DTYPES = List.of(DType.FLOAT32, DType.FLOAT16, DType.BFLOAT16);

  @Mixin private ModelOptions model;
  @Mixin private DeviceOptions device;
  @Mixin private CompressionOption compression;
  @Mixin private ImageOptions images;

  @Option(
      names = "--against",
      required = true,
      split = CompressionStrategy.SEPARATOR,
      splitSynopsisLabel = "/",
      paramLabel = "SETTING",
      description = {
        "The settings to compare with: a dtype, a weight format, a compression strategy, or several of them separated by /,"
            + " such as bfloat16 or float32/vtc-cls:tokens=144. Defaults: --dtype, plain, none."
      })
  private List<String> against;

  /**
   * @throws IllegalArgumentException naming an option that cannot be used
   */
  public void check() {
    device.check();
    images.settings();
    if (tested().equals(against())) {
      throw new IllegalArgumentException(
          "both sides have the same settings: let --against differ from --dtype, --weights and --compress");
    }
    CheckpointShape shape = model.open().config().shape();
    tested().compression().check(shape);
    against().compression().check(shape);
  }

  /** Reads the checkpoint and its tokenizer, which the caller closes. */
  public ReadModel read() {
    return model.read();
  }

  /** Returns the name of the checkpoint's folder. */
  public String modelName() {
    return model.name();
  }

  /** Creates the preparation of jobs, for both settings. */
  public Preparation preparation(ReadModel read) {
    return device.preparation(read, images.settings());
  }

  /** Returns a storage for the question file, which the caller closes. */
  public Storage storage() {
    return images.storage();
  }

  /** Returns the engine settings of both. */
  public EngineSettings engine() {
    return device.engine();
  }

  /** Returns the tested settings. */
  public ModelSettings tested() {
    return device.model(compression.strategy());
  }

  /**
   * Returns the settings that they are compared with.
   *
   * @throws IllegalArgumentException if it names an unknown setting, or a setting twice
   */
  public ModelSettings against() {
    ModelSettings tested = tested();
    Optional<DType> dtype =
        one("a dtype", against.stream().flatMap(w -> dtype(w).stream()).toList());
    Optional<WeightFormat> weights =
        one("a weight format", against.stream().flatMap(w -> weights(w).stream()).toList());
    Optional<CompressionStrategy> strategy =
        one(
            "a compression strategy",
            against.stream()
                .filter(word -> dtype(word).isEmpty() && weights(word).isEmpty())
                .map(CompressionStrategy::parse)
                .toList());
    return new ModelSettings(
        tested.device(),
        dtype.orElse(tested.dtype()),
        weights.orElse(WeightFormat.PACKED),
        strategy.orElse(new NoCompression()));
  }

  private static Optional<DType> dtype(String word) {
    return DTYPES.stream().filter(type -> type.torchName().equals(word)).findFirst();
  }

  private static Optional<WeightFormat> weights(String word) {
    return Arrays.stream(new WeightFormat[] {WeightFormat.PACKED, WeightFormat.INT8})
        .filter(format -> format.stored().equals(word))
        .findFirst();
  }

  private static <T> Optional<T> one(String what, List<T> given) {
    if (given.size() > 1) {
      throw new IllegalArgumentException("--against names " + what + " twice");
    }
    return given.stream().findFirst();
  }
}
