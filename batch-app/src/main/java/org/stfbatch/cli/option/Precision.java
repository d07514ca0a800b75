package org.stfbatch.cli.option;

import org.stfbatch.model.NativePrecision;
import org.stfbatch.model.checkpoint.DType;

/** The dtypes that a model can run in. */
public enum Precision {
  AUTO,
  FLOAT32,
  FLOAT16,
  BFLOAT16;

  /**
   * Returns the dtype on a device: AUTO becomes bfloat16 or float32.
   *
   * @throws IllegalArgumentException naming what is not a device
   */
  public DType on(String device) {
    return this == AUTO ? NativePrecision.of(device) : DType.valueOf(name());
  }
}
