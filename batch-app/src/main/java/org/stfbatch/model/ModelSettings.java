package org.stfbatch.model;

import java.util.Objects;
import java.util.regex.Pattern;
import org.stfbatch.compression.CompressionStrategy;
import org.stfbatch.compression.NoCompression;
import org.stfbatch.model.checkpoint.DType;

/**
 * Device, precision and compression of a model.
 *
 * @param device {@code cpu} or {@code cuda:N}
 * @param dtype dtype of weights and activations: FLOAT32, FLOAT16 or BFLOAT16
 * @param weights how matrices are stored
 * @param compression the vision-token compression
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
   * @throws IllegalArgumentException if the name is not that of a device
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
          "activations between int8 products are float32 or bfloat16, not " + dtype.torchName());
    }
  }

  /** Creates settings without compression. */
  public ModelSettings(String device, DType dtype, WeightFormat weights) {
    this(device, dtype, weights, new NoCompression());
  }

  /** Returns the same settings with another compression strategy. */
  public ModelSettings with(CompressionStrategy strategy) {
    return new ModelSettings(device, dtype, weights, strategy);
  }

  /** Returns the same settings with another weight format. */
  public ModelSettings with(WeightFormat format) {
    return new ModelSettings(device, dtype, format, compression);
  }

  /** Returns the bytes of one weight of a matrix. */
  public int weightBytes() {
    return weights == WeightFormat.INT8 ? Byte.BYTES : dtype.bytes();
  }

  /** Returns float32 on the CPU. */
  public static ModelSettings exact() {
    return new ModelSettings("cpu", DType.FLOAT32, WeightFormat.PLAIN);
  }
}
