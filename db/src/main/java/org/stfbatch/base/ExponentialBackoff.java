package org.stfbatch.base;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;

/**
 * Retry policy: exponential backoff with jitter. The pause doubles with each failure up to a limit.
 * A random share of up to one half is subtracted, so that clients that failed at the same time do
 * not retry at the same time. Thread safe if {@code random} is.
 *
 * @param first the pause after the first failure
 * @param longest the limit of the pause
 * @param random yields values in 0..1 (exclusive)
 */
public record ExponentialBackoff(Duration first, Duration longest, DoubleSupplier random) {
  private static final int MOST_DOUBLINGS = 20;

  public ExponentialBackoff {
    requireNonNull(first, "first is null");
    requireNonNull(longest, "longest is null");
    requireNonNull(random, "random is null");
  }

  public static ExponentialBackoff withJitter(Duration first, Duration longest) {
    return new ExponentialBackoff(first, longest, () -> ThreadLocalRandom.current().nextDouble());
  }

  /**
   * Returns how long to wait before the next attempt.
   *
   * @param failures consecutive failures, at least one
   */
  public Duration pause(int failures) {
    long doubled = first.toMillis() << Math.min(failures - 1, MOST_DOUBLINGS);
    double kept = 1 - random.getAsDouble() / 2;
    return Duration.ofMillis((long) (Math.min(doubled, longest.toMillis()) * kept));
  }

  /**
   * Returns how long to wait before the next attempt if the server asked for a minimum pause (HTTP
   * {@code Retry-After}). The server's value is capped at the longest pause.
   */
  public Duration pause(int failures, Duration asked) {
    Duration pause = pause(failures);
    Duration least = asked.compareTo(longest) < 0 ? asked : longest;
    return pause.compareTo(least) < 0 ? least : pause;
  }
}
