package org.stfbatch.cli.run;

import org.stfbatch.base.PenaltyRange;
import org.stfbatch.engine.Penalties;
import org.stfbatch.engine.RepetitionDetection;
import picocli.CommandLine.Option;

/** Options against answers that repeat themselves. */
final class PenaltyOptions {
  @Option(
      names = "--repetition-penalty",
      defaultValue = "1",
      paramLabel = "R",
      description =
          "Divide the positive logits of tokens that are in the prompt or the answer by R, and multiply the negative ones. Default: ${DEFAULT-VALUE}")
  private double repetition;

  @Option(
      names = "--no-repeat-ngram-size",
      defaultValue = "0",
      paramLabel = "N",
      description =
          "Generate no sequence of N tokens that the prompt or the answer already has; 0 allows all. Default: ${DEFAULT-VALUE}")
  private int noRepeatNgramSize;

  @Option(
      names = "--presence-penalty",
      defaultValue = "0",
      paramLabel = "P",
      description =
          "Subtract P from the logits of tokens that are in the answer. Default: ${DEFAULT-VALUE}")
  private double presence;

  @Option(
      names = "--frequency-penalty",
      defaultValue = "0",
      paramLabel = "F",
      description =
          "Subtract F from the logits of tokens for each time that they are in the answer. Default: ${DEFAULT-VALUE}")
  private double frequency;

  @Option(
      names = "--repetition-detection",
      defaultValue = RepetitionDetection.DEFAULT_NOTATION,
      paramLabel = "LIMITS",
      description =
          "End an answer when it repeats itself: at most max-pattern-size tokens, at least min-count times in a row, min-tokens or more in all. Its text keeps the repeated part once. off lets answers repeat themselves. Default: ${DEFAULT-VALUE}")
  private RepetitionDetection repetitionDetection;

  /**
   * @throws IllegalArgumentException naming an option that is out of its range
   */
  Penalties penalties() {
    return new Penalties(
        PenaltyRange.repetition("--repetition-penalty", repetition),
        PenaltyRange.ngramSize("--no-repeat-ngram-size", noRepeatNgramSize),
        PenaltyRange.subtracted("--presence-penalty", presence),
        PenaltyRange.subtracted("--frequency-penalty", frequency));
  }

  RepetitionDetection repetitionDetection() {
    return repetitionDetection;
  }
}
