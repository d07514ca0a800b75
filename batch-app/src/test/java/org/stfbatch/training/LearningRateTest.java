package org.stfbatch.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

final class LearningRateTest {
  /** Values of transformers' cosine schedule for 100 steps with 3 warm-up steps. */
  @Test
  void risesInALineAndFallsInHalfACosine() {
    LearningRate rate = LearningRate.of(2e-5, 0.03, 100);

    assertThat(rate.at(0)).isZero();
    assertThat(rate.at(1)).isCloseTo(2e-5 / 3, within(1e-15));
    assertThat(rate.at(3)).isEqualTo(2e-5);
    assertThat(rate.at(4)).isCloseTo(1.9994756e-5, within(1e-12));
    assertThat(rate.at(51)).isCloseTo(1.0161930688e-5, within(1e-14));
    assertThat(rate.at(99)).isCloseTo(5.2444e-9, within(1e-13));
    assertThat(rate.at(100)).isZero();
  }

  @Test
  void partsOfAStepOfWarmUpAreAWholeOne() {
    assertThat(LearningRate.of(1, 0.03, 10).at(0)).isZero();
    assertThat(LearningRate.of(1, 0.03, 10).at(1)).isEqualTo(1);
  }

  @Test
  void withoutWarmUpItBeginsAtItsPeak() {
    assertThat(LearningRate.of(1, 0, 10).at(0)).isEqualTo(1);
  }
}
