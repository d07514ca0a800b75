package org.stfbatch.model;

import java.util.Objects;
import java.util.regex.Pattern;
import org.stfbatch.model.checkpoint.DType;

/**
 * Where and how precisely a model runs.
 *
 * @param device {@code cpu} or {@code cuda:N}
 * @param dtype dtype of weights and activations: FLOAT32, FLOAT16 or BFLOAT16
 */
public record ModelSettings(String device, DType dtype) {
  private static final Pattern DEVICE = Pattern.compile("cpu|cuda:\\d+");

  public ModelSettings {
    Objects.requireNonNull(dtype, "dtype is null");
    if (!DEVICE.matcher(device).matches()) {
      throw new IllegalArgumentException("device \"" + device + "\" is neither cpu nor cuda:N");
    }
  }

  public static ModelSettings exact() {
    return new ModelSettings("cpu", DType.FLOAT32);
  }
}
