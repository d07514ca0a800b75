package org.stfbatch.model;

import org.stfbatch.base.ModelIdentity;

/** Storage format of a model's matrices; {@code weight_format.py} has the same names. */
public enum WeightFormat {
  /** As in the checkpoint, in the dtype of the settings. */
  PLAIN(0),

  /**
   * Bfloat16 in the layout of the CPU's matrix kernels where it has such a layout, otherwise {@link
   * #PLAIN}: loading takes longer and every step is faster.
   */
  PACKED(1),

  /**
   * 8-bit integers with per-channel scales, on the CPU. Activations are quantized to 8-bit integers
   * with per-token scales.
   */
  INT8(2);

  private final int torchCode;

  WeightFormat(int torchCode) {
    this.torchCode = torchCode;
  }

  /** Returns its number in TorchScript. */
  int torchCode() {
    return torchCode;
  }

  /**
   * Returns the name that is stored with answers: whether an answer was computed with quantized
   * weights.
   */
  public String stored() {
    return this == INT8 ? "int8" : ModelIdentity.PLAIN_WEIGHTS;
  }
}
