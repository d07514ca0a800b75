package org.stfbatch.model;

import java.util.Objects;
import java.util.regex.Pattern;
import org.stfbatch.model.checkpoint.DType;

/**
 * Where and how precisely a model runs.
 *
 * @param device {@code cpu} or {@code cuda:N}
 * @param dtype dtype of weights and activations: FLOAT32, FLOAT16 or BFLOAT16
 * @param pack whether bfloat16 weights are copied into the layout of the CPU's matrix kernels where
 *     it has such: loading takes longer and every step is faster
 */
public record ModelSettings(String device, DType dtype, boolean pack) {
  private static final Pattern DEVICE = Pattern.compile("cpu|cuda:\\d+");

  public ModelSettings {
    Objects.requireNonNull(dtype, "dtype is null");
    if (!DEVICE.matcher(device).matches()) {
      throw new IllegalArgumentException("device \"" + device + "\" is neither cpu nor cuda:N");
    }
  }

  /** Float32 on the CPU. */
  public static ModelSettings exact() {
    return new ModelSettings("cpu", DType.FLOAT32, false);
  }
}
