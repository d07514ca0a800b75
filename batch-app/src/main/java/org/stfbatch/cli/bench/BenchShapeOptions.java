package org.stfbatch.cli.bench;

import java.util.OptionalInt;
import org.stfbatch.bench.BenchModel;
import picocli.CommandLine.Option;

/** The measured model. */
final class BenchShapeOptions {
  @Option(
      names = "--shape",
      defaultValue = "7b",
      paramLabel = "SHAPE",
      description =
          "7b or small, with random weights, or the folder of a checkpoint. Default: ${DEFAULT-VALUE}")
  private String shape;

  @Option(
      names = "--layers",
      paramLabel = "N",
      description = "Number of layers of the language model, to fit a small machine. Default: all")
  private Integer layers;

  @Option(
      names = "--tokens",
      paramLabel = "N",
      description = "Vision tokens per image: 144 (LLaVA-STF, the default) or 576 (LLaVA-1.5).")
  private Integer tokens;

  BenchModel model() {
    return BenchModel.of(
        shape, layers(), tokens == null ? OptionalInt.empty() : OptionalInt.of(tokens));
  }

  OptionalInt layers() {
    return layers == null ? OptionalInt.empty() : OptionalInt.of(layers);
  }
}
