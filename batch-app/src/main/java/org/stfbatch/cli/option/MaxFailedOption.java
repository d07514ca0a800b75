package org.stfbatch.cli.option;

import org.stfbatch.job.MaxFailed;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Option for the tolerated failures of a run. */
public final class MaxFailedOption {
  @Option(
      names = "--max-failed",
      defaultValue = "50%",
      paramLabel = "N|P%",
      description =
          "End with exit code 1 if more jobs of the run failed, or a larger share of the finished ones. Answers are kept. Default: ${DEFAULT-VALUE}")
  private MaxFailed maxFailed;

  MaxFailed value() {
    return maxFailed;
  }

  /**
   * @throws TypeConversionException if the text is not a limit
   */
  public static MaxFailed parse(String text) {
    try {
      return MaxFailed.parse(text);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }
}
