package org.stfbatch.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.stfbatch.model.TorchModule.Scope;
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

  /**
   * The first row has tokens 0 and 1 in its prompt and 1, 3 and 3 in its answer, and may not select
   * 5. By the definitions:
   *
   * <ul>
   *   <li>repetition penalty 1.25: 2 / 1.25 = 1.6, -1 * 1.25 = -1.25, 3 / 1.25 = 2.4
   *   <li>frequency penalty 0.5: -1.25 - 1 * 0.5 = -1.75, 2.4 - 2 * 0.5 = 1.4
   *   <li>presence penalty 0.25: -1.75 - 0.25 = -2, 1.4 - 0.25 = 1.15; not for token 0
   * </ul>
   */
  @Test
  void penaltiesAreThoseOfTheirDefinitions() {
    float[] rows = {2, -1, 0.5f, 3, -4, 1, 2, -1, 0.5f, 3, -4, 1};

    float[] penalized =
        penalized(
            6,
            rows,
            new TokenPenalties.Row(
                0, 1.25f, 0.5f, 0.25f, new int[] {0, 1, 3}, new int[] {0, 1, 2}, new int[] {5}));

    assertThat(Arrays.copyOf(penalized, 6))
        .containsExactly(
            new float[] {1.6f, -2, 0.5f, 1.15f, -4, Float.NEGATIVE_INFINITY}, within(1e-6f));
    assertThat(Arrays.copyOfRange(penalized, 6, 12)).isEqualTo(Arrays.copyOfRange(rows, 6, 12));
  }

  @Test
  void penaltiesBelowZeroPreferTokensOfTheAnswer() {
    float[] penalized =
        penalized(
            3,
            new float[] {1, 1, -1},
            new TokenPenalties.Row(
                0, 0.5f, -0.5f, -1, new int[] {0, 2}, new int[] {2, 0}, new int[0]));

    assertThat(penalized).containsExactly(1 / 0.5f + 2 * 0.5f + 1, 1, -1 * 0.5f);
  }

  private static float[] penalized(int vocabulary, float[] logits, TokenPenalties.Row row) {
    int rows = logits.length / vocabulary;
    TokenPenalties penalties = new TokenPenalties(rows, List.of(row));
    return module.call(
        "penalized",
        Scope::floats,
        Tensor.float32(logits, rows, vocabulary),
        penalties.factors(),
        penalties.seen(),
        penalties.banned());
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
