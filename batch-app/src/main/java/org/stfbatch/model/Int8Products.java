package org.stfbatch.model;

/** What products of {@link WeightFormat#INT8} are like on this processor. */
public final class Int8Products {
  private static final long ZERO_OF_EIGHT_BITS = 128;

  private Int8Products() {}

  /**
   * The bits that activations have: 8 where the processor sums such products without loss
   * (AVX-VNNI, AVX-512 VNNI, AMX), else 7. It is found by multiplying, which takes milliseconds.
   */
  public static int activationBits() {
    try (TorchModule module = TorchModule.load(TorchArchive.of("int8"))) {
      long zero = module.call("row_zero", (scope, result) -> result.toLong());
      return zero == ZERO_OF_EIGHT_BITS ? 8 : 7;
    }
  }
}
