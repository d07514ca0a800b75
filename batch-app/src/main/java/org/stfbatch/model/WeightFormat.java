package org.stfbatch.model;

import org.stfbatch.base.ModelIdentity;

/** How a model's matrices are held; {@code weight_format.py} has the same names. */
public enum WeightFormat {
  /** As in the checkpoint, in the dtype of the settings. */
  PLAIN(0),

  /**
   * Bfloat16 copied into the layout of the CPU's matrix kernels where it has such, else {@link
   * #PLAIN}: loading takes longer and every step is faster.
   */
  PACKED(1),

  /**
   * Codes of 8 bits with a scale for each output, on the CPU. The rows that are multiplied with
   * them become codes too, each with a scale of its own.
   */
  INT8(2);

  private final int torchCode;

  WeightFormat(int torchCode) {
    this.torchCode = torchCode;
  }

  /** Its number in TorchScript. */
  int torchCode() {
    return torchCode;
  }

  /** The name that answers are stored with: whether an answer was computed with codes. */
  public String stored() {
    return this == INT8 ? "int8" : ModelIdentity.PLAIN_WEIGHTS;
  }
}
