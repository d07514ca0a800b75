package org.stfbatch.cli.bench;

import java.util.List;
import java.util.concurrent.Callable;
import org.stfbatch.bench.DecodeBench;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures steps that only generate. */
@Command(
    name = "decode",
    description = {"Measures decode-only steps, and their share of the memory's bandwidth."},
    footer = {
      "  stf-batch bench decode --layers 4",
      "  stf-batch bench decode --layers 4 --batch 1,16,64 --weights int8"
    })
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
