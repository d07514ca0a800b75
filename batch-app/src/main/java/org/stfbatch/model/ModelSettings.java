package org.stfbatch.model;

import java.util.Objects;
import java.util.regex.Pattern;
import org.stfbatch.compression.CompressionStrategy;
import org.stfbatch.compression.NoCompression;
import org.stfbatch.model.checkpoint.DType;

/**
 * Where and how precisely a model runs.
 *
 * @param device {@code cpu} or {@code cuda:N}
 * @param dtype dtype of weights and activations: FLOAT32, FLOAT16 or BFLOAT16
 * @param weights how matrices are held
 * @param compression how the language model gets fewer vision tokens than the projector makes
 */
public record ModelSettings(
    String device, DType dtype, WeightFormat weights, CompressionStrategy compression) {
  private static final Pattern DEVICE = Pattern.compile("cpu|cuda:\\d+");

  public ModelSettings {
    Objects.requireNonNull(dtype, "dtype is null");
    Objects.requireNonNull(weights, "weights is null");
    Objects.requireNonNull(compression, "compression is null");
    requireDevice(device);
    if (weights == WeightFormat.INT8) {
      requireInt8(device, dtype);
    }
  }

  /**
   * @throws IllegalArgumentException naming what is no device
   */
  static void requireDevice(String device) {
    if (!DEVICE.matcher(device).matches()) {
      throw new IllegalArgumentException("device \"" + device + "\" is neither cpu nor cuda:N");
    }
  }

  private static void requireInt8(String device, DType dtype) {
    if (!device.equals("cpu")) {
      throw new IllegalArgumentException("int8 weights are for the CPU, not for " + device);
    }
    if (dtype != DType.FLOAT32 && dtype != DType.BFLOAT16) {
      throw new IllegalArgumentException(
          "between int8 products activations are float32 or bfloat16, not " + dtype.torchName());
    }
  }

  /** Without compression. */
  public ModelSettings(String device, DType dtype, WeightFormat weights) {
    this(device, dtype, weights, new NoCompression());
  }

  /** The same with another compression strategy. */
  public ModelSettings with(CompressionStrategy strategy) {
    return new ModelSettings(device, dtype, weights, strategy);
  }

  /** The same with another weight format. */
  public ModelSettings with(WeightFormat format) {
    return new ModelSettings(device, dtype, format, compression);
  }

  /** The bytes of one weight of a matrix. */
  public int weightBytes() {
    return weights == WeightFormat.INT8 ? Byte.BYTES : dtype.bytes();
  }

  /** Float32 on the CPU. */
  public static ModelSettings exact() {
    return new ModelSettings("cpu", DType.FLOAT32, WeightFormat.PLAIN);
  }
}
