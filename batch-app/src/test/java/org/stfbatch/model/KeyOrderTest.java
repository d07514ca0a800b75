package org.stfbatch.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.stfbatch.model.TorchModule.Tensor;
import org.stfbatch.model.checkpoint.DType;

final class KeyOrderTest {
  private static final int ROWS = 9;
  private static final int HEADS = 4;
  private static final int SIZE = 64;

  /** Answers must not depend on which order was faster when the process started. */
  @ParameterizedTest
  @ValueSource(ints = {33, 64, 208})
  void bothOrdersGiveTheSameToTheLastBit(int keys) {
    assumeTrue(NativePrecision.of("cpu") == DType.BFLOAT16, "bfloat16 is emulated here");
    try (TorchModule module = TorchModule.load(TorchArchive.of("attention_probe"))) {
      double apart =
          module.call(
              "orders",
              (scope, result) -> result.toDouble(),
              random(1, 1),
              random(2, keys),
              random(3, keys));

      assertThat(apart).isZero();
    }
  }

  private static Tensor random(long seed, int keys) {
    Random random = new Random(seed);
    float[] values = new float[ROWS * HEADS * keys * SIZE];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return Tensor.float32(values, ROWS, HEADS, keys, SIZE);
  }
}
