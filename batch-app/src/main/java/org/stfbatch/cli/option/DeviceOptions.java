package org.stfbatch.cli.option;

import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.stfbatch.cli.console.Notices;
import org.stfbatch.compression.CompressionStrategy;
import org.stfbatch.compression.NoCompression;
import org.stfbatch.engine.EngineSettings;
import org.stfbatch.image.FetchSettings;
import org.stfbatch.image.ImageLimits;
import org.stfbatch.job.infer.ModelName;
import org.stfbatch.job.infer.Preparation;
import org.stfbatch.model.ModelSettings;
import org.stfbatch.model.checkpoint.LlavaConfig;
import org.stfbatch.prompt.PromptLimit;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Where, how precisely and how many at a time. */
final class DeviceOptions {
  /** From so many jobs on, faster steps are worth a longer loading: measured with the 7B model. */
  private static final int MANY_JOBS = 16;

  @Option(
      names = "--dtype",
      defaultValue = "auto",
      paramLabel = "TYPE",
      description = {
        "float32 (exact), float16, bfloat16, or auto: bfloat16 where the device computes in it, else float32.",
        "Default: ${DEFAULT-VALUE}"
      })
  private Precision dtype;

  @Mixin private WeightsOption weights;

  @Option(
      names = "--device",
      defaultValue = "cpu",
      paramLabel = "DEVICE",
      description =
          "cpu, cuda:N, or several as in cuda:0..3 or cuda:0,cuda:2: an image's questions stay on one. Default: ${DEFAULT-VALUE}")
  private String device;

  @Option(
      names = "--batch",
      defaultValue = "32",
      paramLabel = "N",
      description = "Jobs that are generated together on a device. Default: ${DEFAULT-VALUE}")
  private int batch;

  @Option(
      names = "--kv-cache",
      paramLabel = "SIZE",
      description = "Room for keys and values, such as 8GiB. Default: half of the free memory.")
  private ByteSize keyValueCache;

  @Option(
      names = "--no-prefix-reuse",
      description = "Do the work for an image again for every question about it.")
  private boolean noPrefixReuse;

  @Option(
      names = "--truncate",
      description =
          "Cut a prompt that is too long for the model at its end, as the original does, instead of failing it.")
  private boolean truncate;

  @Option(
      names = "--stall-timeout",
      defaultValue = "10m",
      paramLabel = "TIME",
      description =
          "A device that has work and finishes nothing for so long is logged, and /health answers 503. Default: ${DEFAULT-VALUE}")
  private Duration stallTimeout;

  /**
   * @throws IllegalArgumentException naming an option that cannot be used
   */
  void check() {
    models(MANY_JOBS, new NoCompression());
    engine();
    if (stallTimeout.isZero()) {
      throw new IllegalArgumentException("--stall-timeout must be above 0");
    }
  }

  /**
   * One for each device.
   *
   * @param jobs how many are to be answered
   */
  List<ModelSettings> models(long jobs, CompressionStrategy compression) {
    return devices().names().stream()
        .map(
            name ->
                new ModelSettings(
                    name, dtype.on(name), weights.format(jobs >= MANY_JOBS), compression))
        .toList();
  }

  /**
   * The only one.
   *
   * @throws IllegalArgumentException if there are several devices
   */
  ModelSettings model(CompressionStrategy compression) {
    List<ModelSettings> models = models(Long.MAX_VALUE, compression);
    if (models.size() > 1) {
      throw new IllegalArgumentException("--device names one device here, not " + device);
    }
    return models.get(0);
  }

  private DeviceList devices() {
    return DeviceList.parse(device);
  }

  EngineSettings engine() {
    OptionalLong cacheBytes =
        keyValueCache == null ? OptionalLong.empty() : OptionalLong.of(keyValueCache.bytes());
    return new EngineSettings(batch, truncate, !noPrefixReuse, cacheBytes);
  }

  /** How long a device may take for one call. */
  Duration stallTimeout() {
    return stallTimeout;
  }

  /** How jobs are made ready for a model. */
  Preparation preparation(ReadModel model, FetchSettings fetching) {
    LlavaConfig config = model.checkpoint().config();
    return new Preparation(
        ImageLimits.defaults(),
        fetching,
        Images.config(config),
        model.tokenizer(),
        promptLimit(config),
        Notices::onStderr);
  }

  private PromptLimit promptLimit(LlavaConfig model) {
    return new PromptLimit(
        Math.min(model.tokenizerModelMaxLength(), model.language().maxPositionEmbeddings()),
        truncate);
  }

  /** How answers say that matrices were held. */
  String weightFormat() {
    return weights.format(true).stored();
  }

  boolean isInt8() {
    return weights.isInt8();
  }

  String name() {
    return device;
  }

  /** What metrics say about the device. */
  ModelName.Place place() {
    String precision =
        devices().names().stream()
            .map(name -> dtype.on(name).torchName())
            .distinct()
            .collect(Collectors.joining(", "));
    return new ModelName.Place(device, precision, batch());
  }

  /** Jobs that all devices together generate. */
  int batch() {
    return devices().count() * batch;
  }

  @Override
  public String toString() {
    return devices().names().stream()
        .map(name -> name + " in " + dtype.on(name).torchName())
        .distinct()
        .collect(Collectors.joining(", ", "", isInt8() ? " with int8 weights" : ""));
  }
}
