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

  @Option(
      names = "--sequences-per-prefix",
      defaultValue = "1",
      paramLabel = "N",
      description =
          "So many sequences share the first 160 of their 200 positions, as questions about one image do. Default: ${DEFAULT-VALUE}")
  private int sequencesPerPrefix;

  @Override
  public Integer call() {
    if (sequencesPerPrefix < 1) {
      throw new IllegalArgumentException(
          "--sequences-per-prefix must be at least 1, not " + sequencesPerPrefix);
    }
    return report.show(
        DecodeBench.run(
            shape.model(), device.settings(), batches, sequencesPerPrefix, report.repeat()));
  }
}
