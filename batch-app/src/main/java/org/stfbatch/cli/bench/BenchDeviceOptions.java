package org.stfbatch.cli.bench;

import org.stfbatch.cli.option.Precision;
import org.stfbatch.cli.option.WeightsOption;
import org.stfbatch.model.ModelSettings;
import org.stfbatch.model.WeightFormat;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Device and dtype of a measurement. */
final class BenchDeviceOptions {
  @Option(
      names = "--dtype",
      defaultValue = "auto",
      paramLabel = "TYPE",
      description =
          "float32, float16, bfloat16, int8 (as --weights int8), or auto: bfloat16 where the device computes in it, else float32. Default: ${DEFAULT-VALUE}")
  private Numbers dtype;

  @Option(
      names = "--device",
      defaultValue = "cpu",
      paramLabel = "DEVICE",
      description = "cpu or cuda:N. Default: ${DEFAULT-VALUE}")
  private String device;

  @Mixin private WeightsOption weights;

  /** The numbers that matrix products are computed in. */
  enum Numbers {
    AUTO(Precision.AUTO),
    FLOAT32(Precision.FLOAT32),
    FLOAT16(Precision.FLOAT16),
    BFLOAT16(Precision.BFLOAT16),
    INT8(Precision.AUTO);

    private final Precision between;

    /**
     * @param between dtype of everything but the matrix products
     */
    Numbers(Precision between) {
      this.between = between;
    }
  }

  ModelSettings settings() {
    WeightFormat format = dtype == Numbers.INT8 ? WeightFormat.INT8 : weights.format(true);
    return new ModelSettings(device, dtype.between.on(device), format);
  }
}
