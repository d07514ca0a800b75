package org.stfbatch.cli.bench;

import org.stfbatch.cli.option.WeightsOption;
import org.stfbatch.model.ModelSettings;
import org.stfbatch.model.checkpoint.DType;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Where, and how precisely. */
final class BenchDeviceOptions {
  @Option(
      names = "--dtype",
      defaultValue = "bfloat16",
      paramLabel = "TYPE",
      description = "float32, float16 or bfloat16. Default: ${DEFAULT-VALUE}")
  private DType dtype;

  @Option(
      names = "--device",
      defaultValue = "cpu",
      paramLabel = "DEVICE",
      description = "cpu or cuda:N. Default: ${DEFAULT-VALUE}")
  private String device;

  @Mixin private WeightsOption weights;

  ModelSettings settings() {
    if (dtype == DType.INT8) {
      throw new IllegalArgumentException("for products of 8-bit integers, give --weights int8");
    }
    if (!dtype.isWeightType()) {
      throw new IllegalArgumentException(
          "--dtype must be float32, float16 or bfloat16, not " + dtype.torchName());
    }
    return new ModelSettings(device, dtype, weights.format(true));
  }
}
