package org.stfbatch.cli.bench;

import java.util.List;
import java.util.concurrent.Callable;
import org.stfbatch.bench.DecodeBench;
import org.stfbatch.bench.DecodePlan;
import org.stfbatch.model.ModelSettings;
import org.stfbatch.model.WeightFormat;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bench decode}: measures decode-only steps. */
@Command(
    name = "decode",
    description = {"Measures decode-only steps, and their share of the memory bandwidth."},
    footer = {
      "  stf-batch bench decode --layers 4",
      "  stf-batch bench decode --layers 4 --batch 1,16,64 --compare weights --questions-per-image 8"
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
      description = "Batch sizes: sequences that are decoded together. Default: 1,4,16")
  private List<Integer> batches;

  @Option(
      names = "--questions-per-image",
      defaultValue = "1",
      paramLabel = "N",
      description = "Sequences that share a prefix (text and an image). Default: 1")
  private int questionsPerImage;

  @Option(
      names = "--compare",
      paramLabel = "WHAT",
      description = "Measure two variants alternately: weights (int8 against those of --dtype).")
  private Compare compare;

  /** The compared variants. */
  enum Compare {
    WEIGHTS
  }

  @Override
  public Integer call() {
    ModelSettings settings = device.settings();
    List<ModelSettings> sides =
        compare == null
            ? List.of(settings)
            : List.of(settings.with(WeightFormat.INT8), settings.with(WeightFormat.PACKED));
    DecodePlan plan =
        new DecodePlan(shape.model(), sides, batches, questionsPerImage, report.repeat());
    return report.show(DecodeBench.run(plan));
  }
}
