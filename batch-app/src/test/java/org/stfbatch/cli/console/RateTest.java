package org.stfbatch.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

final class RateTest {
  private static final Offset<Double> NEAR = Offset.offset(1e-6);

  private final Rate rate = new Rate(0);

  @Test
  void isThatOfAllTimeInTheFirstMinute() {
    assertThat(at(10, 5)).isEqualTo(0.5, NEAR);
    assertThat(at(40, 40)).isEqualTo(1, NEAR);
  }

  /** A slow beginning, or one with only failures, drops out of the window. */
  @Test
  void isThatOfTheLastMinuteLater() {
    for (int second = 1; second <= 100; second++) {
      at(second, 1000);
    }
    for (int second = 101; second <= 160; second++) {
      at(second, 1000 + 2 * (second - 100));
    }

    assertThat(at(161, 1122)).isEqualTo(2, NEAR);
  }

  @Test
  void whatComesInLumpsMoreSeldomThanOnceAMinuteHasARateToo() {
    at(90, 32);
    assertThat(at(180, 64)).isEqualTo(32 / 90.0, NEAR);
    assertThat(at(270, 96)).isEqualTo(32 / 90.0, NEAR);
  }

  private double at(long seconds, long done) {
    return rate.of(done, TimeUnit.SECONDS.toNanos(seconds));
  }
}
