package org.stfbatch.image;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;

/**
 * Exponential backoff: the pause doubles from failure to failure and is cut by a random part of up
 * to a half, so that many workers do not come back in the same instant.
 */
final class Backoff {
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

  private final DoubleSupplier random;

  /**
   * @param random yields values in 0..1 (exclusive)
   */
  Backoff(DoubleSupplier random) {
    this.random = requireNonNull(random, "random is null");
  }

  static Backoff withJitter() {
    return new Backoff(() -> ThreadLocalRandom.current().nextDouble());
  }

  /**
   * @param failures so many in a row, at least one
   */
  Duration pause(int failures) {
    long full = FIRST_PAUSE.toMillis() << Math.min(failures - 1, 20);
    double kept = 1 - random.getAsDouble() / 2;
    return Duration.ofMillis((long) (Math.min(full, LONGEST_PAUSE.toMillis()) * kept));
  }
}
