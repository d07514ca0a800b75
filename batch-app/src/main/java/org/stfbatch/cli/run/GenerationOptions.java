package org.stfbatch.cli.run;

import java.util.List;
import java.util.Optional;
import org.stfbatch.db.ChoiceTexts;
import org.stfbatch.job.infer.InferSettings;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Generation settings of jobs that do not set their own. */
final class GenerationOptions {
  @Option(
      names = "--max-new-tokens",
      defaultValue = "128",
      paramLabel = "N",
      description = "Maximum tokens per answer. Default: ${DEFAULT-VALUE}")
  private int maxNewTokens;

  @Option(
      names = "--temperature",
      defaultValue = "0",
      paramLabel = "T",
      description = "Sampling temperature; 0 is greedy decoding. Default: ${DEFAULT-VALUE}")
  private double temperature;

  @Option(
      names = "--top-p",
      defaultValue = "1",
      paramLabel = "P",
      description =
          "Nucleus sampling: draw from the most likely tokens with a total probability of P. Default: ${DEFAULT-VALUE}")
  private double topP;

  @Option(
      names = "--seed",
      defaultValue = "0",
      paramLabel = "S",
      description = "Random seed of sampling. Default: ${DEFAULT-VALUE}")
  private long seed;

  @Option(
      names = "--stop",
      paramLabel = "TEXT",
      description = "Stop sequence: end an answer before this text; may be repeated.")
  private List<String> stop = List.of();

  @Option(
      names = "--choices",
      paramLabel = "A,B,...",
      description =
          "Answer with the most likely of these texts instead of generating one; also as a JSON list. A job's own choices take precedence.")
  private ChoiceTexts choices;

  @Mixin private PenaltyOptions penalties;

  InferSettings.Defaults defaults() {
    return new InferSettings.Defaults(
        maxNewTokens,
        temperature,
        topP,
        seed,
        stop,
        Optional.ofNullable(choices),
        penalties.penalties(),
        penalties.repetitionDetection());
  }
}
