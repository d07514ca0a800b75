package org.stfbatch.cli;

import java.util.Locale;
import java.util.OptionalLong;
import org.stfbatch.engine.EngineSettings;
import org.stfbatch.model.ModelSettings;
import org.stfbatch.model.checkpoint.DType;
import picocli.CommandLine.Option;

/** Where, how precisely and how many at a time. */
final class DeviceOptions {
  /** From so many jobs on, faster steps are worth a longer loading: measured with the 7B model. */
  private static final int MANY_JOBS = 16;

  @Option(
      names = "--dtype",
      defaultValue = "float32",
      paramLabel = "TYPE",
      description = "float32 (exact), float16 or bfloat16. Default: ${DEFAULT-VALUE}")
  private Precision dtype;

  @Option(
      names = "--device",
      defaultValue = "cpu",
      paramLabel = "DEVICE",
      description = "cpu or cuda:N. Default: ${DEFAULT-VALUE}")
  private String device;

  @Option(
      names = "--batch",
      defaultValue = "8",
      paramLabel = "N",
      description = "Jobs that are generated together. Default: ${DEFAULT-VALUE}")
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

  /** The dtypes a model can run in. */
  enum Precision {
    FLOAT32(DType.FLOAT32),
    FLOAT16(DType.FLOAT16),
    BFLOAT16(DType.BFLOAT16);

    private final DType dtype;

    Precision(DType dtype) {
      this.dtype = dtype;
    }
  }

  /**
   * @throws IllegalArgumentException naming an option that cannot be used
   */
  void check() {
    model(MANY_JOBS);
    engine();
  }

  /**
   * @param jobs how many are to be answered
   */
  ModelSettings model(long jobs) {
    return new ModelSettings(device, dtype.dtype, jobs >= MANY_JOBS);
  }

  EngineSettings engine() {
    OptionalLong cacheBytes =
        keyValueCache == null ? OptionalLong.empty() : OptionalLong.of(keyValueCache.bytes());
    return new EngineSettings(batch, truncate, !noPrefixReuse, cacheBytes);
  }

  String name() {
    return device;
  }

  int batch() {
    return batch;
  }

  @Override
  public String toString() {
    return device + " in " + dtype.name().toLowerCase(Locale.ROOT);
  }
}
