package org.stfbatch.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class TopPSamplerTest {
  private static final int DRAWS = 20_000;

  @Test
  void tokensAreDrawnByTheirProbabilityAtTheTemperature() {
    double temperature = 2;
    double[] expected = {0.5, 0.3, 0.15, 0.05};

    double[] drawn = frequencies(logits(expected, temperature), temperature, 1);

    for (int i = 0; i < expected.length; i++) {
      assertThat(drawn[i]).isCloseTo(expected[i], within(0.015));
    }
  }

  @Test
  void onlyTheSmallestSetThatReachesTopPIsDrawnFrom() {
    double[] drawn = frequencies(logits(new double[] {0.05, 0.5, 0.15, 0.3}, 1), 1, 0.75);

    assertThat(drawn[0]).isZero();
    assertThat(drawn[2]).isZero();
    assertThat(drawn[1]).isCloseTo(0.625, within(0.015));
    assertThat(drawn[3]).isCloseTo(0.375, within(0.015));
  }

  @Test
  void theLikeliestTokenIsAlwaysKept() {
    assertThat(frequencies(logits(new double[] {0.2, 0.5, 0.3}, 1), 1, 0.01)[1]).isEqualTo(1);
  }

  @Test
  void logitsThatOverflowAnExponentialAreNoTrouble() {
    assertThat(frequencies(new float[] {-3e38f, 3e38f, Float.NEGATIVE_INFINITY}, 1, 1)[1])
        .isEqualTo(1);
  }

  private static float[] logits(double[] probabilities, double temperature) {
    float[] logits = new float[probabilities.length];
    for (int i = 0; i < logits.length; i++) {
      logits[i] = (float) (temperature * Math.log(probabilities[i]) + 7);
    }
    return logits;
  }

  private static double[] frequencies(float[] logits, double temperature, double topP) {
    TopPSampler sampler = new TopPSampler(temperature, topP, new SplittableRandom(7));
    double[] counts = new double[logits.length];
    for (int i = 0; i < DRAWS; i++) {
      counts[sampler.sample(logits)] += 1.0 / DRAWS;
    }
    for (int i = 0; i < counts.length; i++) {
      counts[i] = Math.round(counts[i] * DRAWS) / (double) DRAWS;
    }
    return counts;
  }
}
