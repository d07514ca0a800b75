package org.stfbatch.cli.option;

import org.stfbatch.model.WeightFormat;
import picocli.CommandLine.Option;

/** How a model's matrices are held. */
public final class WeightsOption {
  @Option(
      names = "--weights",
      defaultValue = "plain",
      paramLabel = "FORMAT",
      description = {
        "plain: the checkpoint's numbers in the dtype of --dtype.",
        "int8: 8-bit integers with a scale for each output (W8A8, scales of activations for each"
            + " token), on CPUs: some answers differ.",
        "Default: ${DEFAULT-VALUE}"
      })
  private Choice choice;

  /** What a user can ask for. */
  enum Choice {
    PLAIN,
    INT8
  }

  boolean isInt8() {
    return choice == Choice.INT8;
  }

  /**
   * @param many whether so much is to be computed that laying out the weights anew pays
   */
  public WeightFormat format(boolean many) {
    if (isInt8()) {
      return WeightFormat.INT8;
    }
    return many ? WeightFormat.PACKED : WeightFormat.PLAIN;
  }
}
