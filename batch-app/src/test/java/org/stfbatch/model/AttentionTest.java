package org.stfbatch.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.stfbatch.model.TorchModule.Tensor;
import org.stfbatch.model.checkpoint.DType;

/** Ways of attention in bfloat16, and which sequences ask keys together. */
final class AttentionTest {
  private static final int HEADS = 4;
  private static final int SIZE = 64;

  /** Answers must not depend on which of these ways was the faster one, or on who is in a batch. */
  @ParameterizedTest
  @ValueSource(ints = {48, 160, 208})
  void everyWayGivesTheSameToTheLastBit(int keys) {
    assumeTrue(NativePrecision.of("cpu") == DType.BFLOAT16, "bfloat16 is emulated here");
    int rows = 9;
    try (TorchModule module =
        TorchModule.load(TorchArchive.of(List.of("attention_probe", "attention")))) {
      double apart =
          module.call(
              "sharing",
              (scope, result) -> result.toDouble(),
              random(1, rows, 1),
              random(2, rows, keys),
              random(3, rows, keys),
              Tensor.int64(new int[] {40, 44, keys - 1, 33, 47, 41, 35, keys - 1, 32}),
              Tensor.int64(new int[] {0, 3, 8, 2, 1}),
              new long[] {3, 2},
              Tensor.int64(new int[] {4, 5, 6, 7}),
              32);

      assertThat(apart).isZero();
    }
  }

  private static Tensor random(long seed, int rows, int keys) {
    Random random = new Random(seed);
    float[] values = new float[rows * HEADS * keys * SIZE];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return Tensor.float32(values, rows, HEADS, keys, SIZE);
  }

  @Test
  void sequencesOfAPrefixAreGroupedAndTheOthersStayAlone() {
    SharedPrefixes shared =
        SharedPrefixes.of(
            decoding(new int[] {7, 2, 7, -1, 2, 7, 3}, new int[] {185, 170, 185, 0, 179, 185, 90}),
            1 << 20);

    assertThat(shared.places()).isEqualTo(160);
    assertThat(shared.shelves()).containsExactly(7, 2);
    assertThat(shared.groups()).containsExactly(List.of(0, 2, 5), List.of(1, 4));
    assertThat(shared.alone()).containsExactly(3, 6);
  }

  @Test
  void whatSparesLittleIsNotShared() {
    int[] prefixes = {185, 185, 185, 185};
    assertThat(SharedPrefixes.of(decoding(new int[] {1, 2, 3, 4}, prefixes), 1 << 20))
        .isEqualTo(SharedPrefixes.NONE);
    assertThat(SharedPrefixes.of(decoding(new int[] {1, 1, 3, 4}, prefixes), 1 << 20))
        .as("the others' keys are copied")
        .isEqualTo(SharedPrefixes.NONE);
    assertThat(SharedPrefixes.of(decoding(new int[] {1, 1, 1, 1}, prefixes), 64))
        .as("small keys")
        .isEqualTo(SharedPrefixes.NONE);
    assertThat(
            SharedPrefixes.of(
                decoding(new int[] {1, 1, 1, 1}, new int[] {20, 20, 20, 20}), 1 << 20))
        .as("short prefixes")
        .isEqualTo(SharedPrefixes.NONE);
    assertThat(SharedPrefixes.of(Decoding.NONE, 1 << 20)).isEqualTo(SharedPrefixes.NONE);
  }

  private static Decoding decoding(int[] shelves, int[] prefixes) {
    int count = shelves.length;
    return new Decoding(new int[count], new int[count], new int[count], shelves, prefixes);
  }
}
