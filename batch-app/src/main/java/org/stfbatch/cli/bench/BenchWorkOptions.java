package org.stfbatch.cli.bench;

import java.util.List;
import org.stfbatch.bench.BenchModel;
import org.stfbatch.bench.EnginePlan;
import org.stfbatch.bench.Workload;
import org.stfbatch.model.ModelSettings;
import picocli.CommandLine.Option;

/** The workload of the engine. */
final class BenchWorkOptions {
  @Option(
      names = "--images",
      defaultValue = "16",
      paramLabel = "N",
      description = "Number of images. Default: ${DEFAULT-VALUE}")
  private int images;

  @Option(
      names = "--questions-per-image",
      defaultValue = "1",
      paramLabel = "N",
      description = "Questions per image. Default: ${DEFAULT-VALUE}")
  private int questionsPerImage;

  @Option(
      names = "--new-tokens",
      defaultValue = "8",
      split = ",",
      paramLabel = "N",
      description = "Tokens of an answer; several lengths alternate. Default: 8")
  private List<Integer> newTokens;

  @Option(
      names = "--text-tokens",
      defaultValue = "25",
      paramLabel = "N",
      description = "Tokens of a question, plus or minus 5. Default: ${DEFAULT-VALUE}")
  private int textTokens;

  @Option(
      names = "--batch",
      defaultValue = "8",
      paramLabel = "N",
      description = "Maximum batch size. Default: ${DEFAULT-VALUE}")
  private int batch;

  @Option(
      names = "--no-prefix-reuse",
      description =
          "Disable the prefix cache: encode the image and prefill the prefix again for every question.")
  private boolean noPrefixReuse;

  EnginePlan plan(BenchModel model, ModelSettings settings, int repeat) {
    Workload workload = new Workload(images, questionsPerImage, newTokens, textTokens);
    return new EnginePlan(model, settings, workload, batch, !noPrefixReuse, repeat);
  }
}
