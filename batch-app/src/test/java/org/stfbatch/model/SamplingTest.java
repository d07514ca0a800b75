package org.stfbatch.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.stfbatch.model.TorchModule.Tensor;

final class SamplingTest {
  private static final int DRAWS = 20_000;

  private static TorchModule module;

  @BeforeAll
  static void load() {
    module = TorchModule.load(TorchArchive.of("sampling_probe"));
  }

  @AfterAll
  static void close() {
    module.close();
  }

  @Test
  void tokensAreDrawnByTheirProbabilityAtTheTemperature() {
    double[] expected = {0.5, 0.3, 0.15, 0.05};

    double[] drawn = frequencies(logits(expected, 2), 2, 1);

    for (int i = 0; i < expected.length; i++) {
      assertThat(drawn[i]).isCloseTo(expected[i], within(0.015));
    }
  }

  @Test
  void onlyTheSmallestSetThatReachesTopPIsDrawnFrom() {
    double[] drawn = frequencies(logits(new double[] {0.05, 0.5, 0.15, 0.3}, 1), 1, 0.75f);

    assertThat(drawn[0]).isZero();
    assertThat(drawn[2]).isZero();
    assertThat(drawn[1]).isCloseTo(0.625, within(0.015));
    assertThat(drawn[3]).isCloseTo(0.375, within(0.015));
  }

  @Test
  void theLikeliestTokenIsAlwaysKept() {
    assertThat(frequencies(logits(new double[] {0.2, 0.5, 0.3}, 1), 1, 0.01f)[1]).isEqualTo(1);
  }

  @Test
  void temperatureZeroTakesTheFirstOfTheLikeliestTokens() {
    assertThat(frequencies(new float[] {1, 7, 7, -2}, 0, 0.5f)[1]).isEqualTo(1);
  }

  @Test
  void logitsThatOverflowAnExponentialAreNoTrouble() {
    assertThat(frequencies(new float[] {-3e38f, 3e38f, Float.NEGATIVE_INFINITY}, 1, 1)[1])
        .isEqualTo(1);
  }

  @Test
  void aRowDependsOnItsOwnNumbersOnly() {
    float[] rows = {1, 2, 3, 9, 1, 1, 3, 2, 1};
    int[] together =
        sample(rows, 3, new float[] {1, 1, 1}, new float[] {1, 1, 1}, new long[] {1, 1L << 62, 3});
    for (int row = 0; row < 3; row++) {
      float[] alone = Arrays.copyOfRange(rows, 3 * row, 3 * row + 3);
      long key = new long[] {1, 1L << 62, 3}[row];
      assertThat(sample(alone, 3, new float[] {1}, new float[] {1}, new long[] {key})[0])
          .isEqualTo(together[row]);
    }
  }

  @Test
  void neighbouringKeysAndTokensDrawIndependently() {
    int vocabulary = 64;
    long[] keys = LongStream.range(0, DRAWS).toArray();
    int[] drawn = sample(new float[DRAWS * vocabulary], vocabulary, filled(1), filled(1), keys);
    double expected = DRAWS / (double) vocabulary;
    double chiSquare = 0;
    for (int token = 0; token < vocabulary; token++) {
      int wanted = token;
      long count = Arrays.stream(drawn).filter(d -> d == wanted).count();
      chiSquare += (count - expected) * (count - expected) / expected;
    }
    long repeated = IntStream.range(1, DRAWS).filter(i -> drawn[i] == drawn[i - 1]).count();

    // The 99.9 % quantile for 63 degrees of freedom.
    assertThat(chiSquare).isLessThan(103.4);
    assertThat(repeated / expected).isCloseTo(1, within(0.25));
  }

  private static float[] logits(double[] probabilities, double temperature) {
    float[] logits = new float[probabilities.length];
    for (int i = 0; i < logits.length; i++) {
      logits[i] = (float) (temperature * Math.log(probabilities[i]) + 7);
    }
    return logits;
  }

  private static double[] frequencies(float[] logits, float temperature, float topP) {
    float[] rows = new float[DRAWS * logits.length];
    long[] keys = new long[DRAWS];
    SplittableRandom random = new SplittableRandom(7);
    for (int row = 0; row < DRAWS; row++) {
      System.arraycopy(logits, 0, rows, row * logits.length, logits.length);
      keys[row] = random.nextLong() >>> 1;
    }
    int[] drawn = sample(rows, logits.length, filled(temperature), filled(topP), keys);
    double[] frequencies = new double[logits.length];
    for (int i = 0; i < frequencies.length; i++) {
      int token = i;
      frequencies[i] = Arrays.stream(drawn).filter(d -> d == token).count() / (double) DRAWS;
    }
    return frequencies;
  }

  private static float[] filled(float value) {
    float[] values = new float[DRAWS];
    Arrays.fill(values, value);
    return values;
  }

  private static int[] sample(
      float[] rows, int vocabulary, float[] temperature, float[] topP, long[] keys) {
    int count = keys.length;
    return module.call(
        "sample",
        (scope, result) ->
            Arrays.stream(scope.array(result).toLongArray()).mapToInt(Math::toIntExact).toArray(),
        Tensor.float32(rows, count, vocabulary),
        Tensor.float32(temperature, count),
        Tensor.float32(topP, count),
        Tensor.int64(keys));
  }
}
