package org.stfbatch.cli.bench;

import java.util.concurrent.Callable;
import org.stfbatch.bench.EngineBench;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code bench peak}: measures the peak rates of the device. */
@Command(
    name = "peak",
    description = {
      "Measures the peak rates of the device: matrix products in the model's shapes, and memory bandwidth."
    },
    footer = {"  stf-batch bench peak", "  stf-batch bench peak --dtype bfloat16 --json"})
final class BenchPeakCommand implements Callable<Integer> {
  @Mixin private BenchShapeOptions shape;
  @Mixin private BenchDeviceOptions device;
  @Mixin private BenchReportOptions report;

  @Override
  public Integer call() {
    return report.show(EngineBench.peak(shape.model(), device.settings(), report.repeat()));
  }
}
