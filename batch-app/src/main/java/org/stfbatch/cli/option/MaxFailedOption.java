package org.stfbatch.cli.option;

import org.stfbatch.job.MaxFailed;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** With how many failures a command still ends well. */
public final class MaxFailedOption {
  @Option(
      names = "--max-failed",
      defaultValue = "50%",
      paramLabel = "N|P%",
      description =
          "If more jobs of a run fail, or a larger share of those that are done, it is no success: exit code 1. What is answered is kept. Default: ${DEFAULT-VALUE}")
  private MaxFailed maxFailed;

  MaxFailed value() {
    return maxFailed;
  }

  /**
   * @throws TypeConversionException if the text is no limit
   */
  public static MaxFailed parse(String text) {
    try {
      return MaxFailed.parse(text);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }
}
