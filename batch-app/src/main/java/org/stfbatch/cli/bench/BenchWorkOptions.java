package org.stfbatch.cli.bench;

import java.util.List;
import org.stfbatch.bench.BenchModel;
import org.stfbatch.bench.EnginePlan;
import org.stfbatch.bench.Workload;
import org.stfbatch.model.ModelSettings;
import picocli.CommandLine.Option;

/** What the engine is asked, and how it goes about it. */
final class BenchWorkOptions {
  @Option(
      names = "--images",
      defaultValue = "16",
      paramLabel = "N",
      description = "Different images. Default: ${DEFAULT-VALUE}")
  private int images;

  @Option(
      names = "--questions-per-image",
      defaultValue = "1",
      paramLabel = "N",
      description = "Questions about each. Default: ${DEFAULT-VALUE}")
  private int questionsPerImage;

  @Option(
      names = "--new-tokens",
      defaultValue = "8",
      split = ",",
      paramLabel = "N",
      description = "Tokens of an answer; of several lengths, taken in turn. Default: 8")
  private List<Integer> newTokens;

  @Option(
      names = "--text-tokens",
      defaultValue = "25",
      paramLabel = "N",
      description = "Tokens of a question, 5 more or fewer. Default: ${DEFAULT-VALUE}")
  private int textTokens;

  @Option(
      names = "--batch",
      defaultValue = "8",
      paramLabel = "N",
      description = "Questions that are answered together. Default: ${DEFAULT-VALUE}")
  private int batch;

  @Option(
      names = "--no-prefix-reuse",
      description = "Compute every image and the text before it anew for every question.")
  private boolean noPrefixReuse;

  EnginePlan plan(BenchModel model, ModelSettings settings, int repeat) {
    Workload workload = new Workload(images, questionsPerImage, newTokens, textTokens);
    return new EnginePlan(model, settings, workload, batch, !noPrefixReuse, repeat);
  }
}
