package org.stfbatch.cli.option;

import org.stfbatch.model.WeightFormat;
import picocli.CommandLine.Option;

/** Option for the weight format. */
public final class WeightsOption {
  @Option(
      names = "--weights",
      defaultValue = "plain",
      paramLabel = "FORMAT",
      description = {
        "plain: the weights in the dtype of --dtype.",
        "int8: W8A8 with per-channel weight scales and per-token activation scales,"
            + " on CPUs; some answers differ.",
        "Default: ${DEFAULT-VALUE}"
      })
  private Choice choice;

  /** The weight formats that users can select. */
  enum Choice {
    PLAIN,
    INT8
  }

  boolean isInt8() {
    return choice == Choice.INT8;
  }

  /**
   * @param many whether the work is large enough to justify repacking the weights
   */
  public WeightFormat format(boolean many) {
    if (isInt8()) {
      return WeightFormat.INT8;
    }
    return many ? WeightFormat.PACKED : WeightFormat.PLAIN;
  }
}
