package org.stfbatch.cli.bench;

import java.util.List;
import java.util.concurrent.Callable;
import org.stfbatch.bench.DecodeBench;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures steps that only generate. */
@Command(name = "decode", description = "Steps that only generate, and their share of the memory.")
final class BenchDecodeCommand implements Callable<Integer> {
  @Mixin private BenchShapeOptions shape;
  @Mixin private BenchDeviceOptions device;
  @Mixin private BenchReportOptions report;

  @Option(
      names = "--batch",
      defaultValue = "1,4,16",
      split = ",",
      paramLabel = "N",
      description = "Sequences that are generated together. Default: 1,4,16")
  private List<Integer> batches;

  @Override
  public Integer call() {
    return report.show(DecodeBench.run(shape.model(), device.settings(), batches, report.repeat()));
  }
}
