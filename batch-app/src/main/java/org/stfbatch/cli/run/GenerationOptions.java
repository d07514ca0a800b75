package org.stfbatch.cli.run;

import java.util.List;
import java.util.Optional;
import org.stfbatch.db.ChoiceTexts;
import org.stfbatch.job.infer.InferSettings;
import picocli.CommandLine.Option;

/** How answers are generated where a job does not say so itself. */
final class GenerationOptions {
  @Option(
      names = "--max-new-tokens",
      defaultValue = "128",
      paramLabel = "N",
      description = "Longest answer. Default: ${DEFAULT-VALUE}")
  private int maxNewTokens;

  @Option(
      names = "--temperature",
      defaultValue = "0",
      paramLabel = "T",
      description =
          "0 takes the likeliest token; above, tokens are drawn. Default: ${DEFAULT-VALUE}")
  private double temperature;

  @Option(
      names = "--top-p",
      defaultValue = "1",
      paramLabel = "P",
      description =
          "Draw among the likeliest tokens that together reach P. Default: ${DEFAULT-VALUE}")
  private double topP;

  @Option(
      names = "--seed",
      defaultValue = "0",
      paramLabel = "S",
      description = "The same seed draws the same answers. Default: ${DEFAULT-VALUE}")
  private long seed;

  @Option(
      names = "--stop",
      paramLabel = "TEXT",
      description = "End an answer before this text; may be repeated.")
  private List<String> stop = List.of();

  @Option(
      names = "--choices",
      paramLabel = "A,B,...",
      description =
          "Answer with the likeliest of these texts instead of writing one; also as a JSON list. A job's own go first.")
  private ChoiceTexts choices;

  InferSettings.Defaults defaults() {
    return new InferSettings.Defaults(
        maxNewTokens, temperature, topP, seed, stop, Optional.ofNullable(choices));
  }
}
