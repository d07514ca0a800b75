package org.stfbatch.model;

/** Properties of {@link WeightFormat#INT8} products on this processor. */
public final class Int8Products {
  private static final long ZERO_OF_EIGHT_BITS = 128;

  private Int8Products() {}

  /**
   * Returns the bits of activations: 8 if the processor accumulates such products without overflow
   * (AVX-VNNI, AVX-512 VNNI, AMX), otherwise 7. Determined by a test product, which takes
   * milliseconds.
   */
  public static int activationBits() {
    try (TorchModule module = TorchModule.load(TorchArchive.of("int8"))) {
      long zero = module.call("row_zero", (scope, result) -> result.toLong());
      return zero == ZERO_OF_EIGHT_BITS ? 8 : 7;
    }
  }
}
