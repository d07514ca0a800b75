package org.stfbatch.model.checkpoint;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Element types of checkpoint files. Numbers are little-endian. */
public enum DType {
  FLOAT32(6, 4, "F32", "FloatStorage"),
  FLOAT16(5, 2, "F16", "HalfStorage"),
  BFLOAT16(15, 2, "BF16", "BFloat16Storage"),
  FLOAT64(7, 8, "F64", "DoubleStorage"),
  INT64(4, 8, "I64", "LongStorage"),
  INT32(3, 4, "I32", "IntStorage"),
  INT16(2, 2, "I16", "ShortStorage"),
  INT8(1, 1, "I8", "CharStorage"),
  UINT8(0, 1, "U8", "ByteStorage"),
  BOOL(11, 1, "BOOL", "BoolStorage");

  private final int torchCode;
  private final int bytes;
  private final String safetensorsName;
  private final String storageName;

  DType(int torchCode, int bytes, String safetensorsName, String storageName) {
    this.torchCode = torchCode;
    this.bytes = bytes;
    this.safetensorsName = safetensorsName;
    this.storageName = storageName;
  }

  /**
   * Returns PyTorch's number for the type ({@code c10::ScalarType}), as TorchScript source uses it.
   */
  public int torchCode() {
    return torchCode;
  }

  /** Returns the size of one element in bytes. */
  public int bytes() {
    return bytes;
  }

  /** Returns PyTorch's name for the type, such as {@code bfloat16}. */
  public String torchName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Returns whether a model's weights may have this type. */
  public boolean isWeightType() {
    return this == FLOAT32 || this == FLOAT16 || this == BFLOAT16;
  }

  String safetensorsName() {
    return safetensorsName;
  }

  static Optional<DType> ofSafetensors(String name) {
    return Arrays.stream(values()).filter(t -> t.safetensorsName.equals(name)).findFirst();
  }

  /** Finds a type by the name of the class {@code torch.XStorage}. */
  static Optional<DType> ofTorchStorage(String name) {
    return Arrays.stream(values()).filter(t -> t.storageName.equals(name)).findFirst();
  }
}
