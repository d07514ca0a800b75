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

/** Options for devices, dtypes, batch and cache. */
final class DeviceOptions {
  /**
   * With this many jobs, faster steps outweigh a longer loading time; measured with the 7B model.
   */
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
          "cpu, cuda:N, or several, such as cuda:0..3 or cuda:0,cuda:2; all questions about an image run on the same device. Default: ${DEFAULT-VALUE}")
  private String device;

  @Option(
      names = "--batch",
      defaultValue = "32",
      paramLabel = "N",
      description = "Maximum batch size per device. Default: ${DEFAULT-VALUE}")
  private int batch;

  @Option(
      names = "--kv-cache",
      paramLabel = "SIZE",
      description = "Size of the KV cache, such as 8GiB. Default: half of the free memory.")
  private ByteSize keyValueCache;

  @Option(
      names = "--no-prefix-reuse",
      description = "Disable the prefix cache: process an image again for every question about it.")
  private boolean noPrefixReuse;

  @Option(
      names = "--truncate",
      description =
          "Truncate a prompt that is too long for the model, as the original does, instead of failing its job.")
  private boolean truncate;

  @Option(
      names = "--stall-timeout",
      defaultValue = "10m",
      paramLabel = "TIME",
      description =
          "Log a device that has work and finishes nothing for this long, and answer /health with 503. Default: ${DEFAULT-VALUE}")
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
   * Returns the settings for each device.
   *
   * @param jobs number of jobs to answer
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
   * Returns the settings for the only device.
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

  /** Returns how long a device may take for one call. */
  Duration stallTimeout() {
    return stallTimeout;
  }

  /** Creates the preparation of jobs for a model. */
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

  /** Returns the weight format that is stored with answers. */
  String weightFormat() {
    return weights.format(true).stored();
  }

  boolean isInt8() {
    return weights.isInt8();
  }

  String name() {
    return device;
  }

  /** Returns the device as it appears in metrics. */
  ModelName.Place place() {
    String precision =
        devices().names().stream()
            .map(name -> dtype.on(name).torchName())
            .distinct()
            .collect(Collectors.joining(", "));
    return new ModelName.Place(device, precision, batch());
  }

  /** Returns the total batch size of all devices. */
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
