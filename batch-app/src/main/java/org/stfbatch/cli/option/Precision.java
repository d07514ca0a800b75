package org.stfbatch.cli.option;

import org.stfbatch.model.NativePrecision;
import org.stfbatch.model.checkpoint.DType;

/** The dtypes a model can run in. */
public enum Precision {
  AUTO,
  FLOAT32,
  FLOAT16,
  BFLOAT16;

  /**
   * What it is on a device: bfloat16 or float32 for AUTO.
   *
   * @throws IllegalArgumentException naming what is no device
   */
  public DType on(String device) {
    return this == AUTO ? NativePrecision.of(device) : DType.valueOf(name());
  }
}
