package org.stfbatch.image;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.DoubleSupplier;

/**
 * Tries something again as long as it fails transiently. The pause doubles from try to try and is
 * cut by a random part of up to a half, so that many workers do not come back in the same instant.
 */
final class Backoff {
  private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

  /** Waits; tests watch instead. */
  @FunctionalInterface
  interface Sleeper {
    void sleep(Duration pause) throws InterruptedException;
  }

  /** One try. */
  @FunctionalInterface
  interface Attempt<T> {
    T run() throws ImageException, InterruptedException;
  }

  private final int retries;
  private final Sleeper sleeper;
  private final DoubleSupplier random;
  private final LongAdder retried = new LongAdder();

  /**
   * @param retries tries beyond the first
   * @param random yields values in 0..1 (exclusive)
   */
  Backoff(int retries, Sleeper sleeper, DoubleSupplier random) {
    this.retries = retries;
    this.sleeper = requireNonNull(sleeper, "sleeper is null");
    this.random = requireNonNull(random, "random is null");
  }

  /** With real pauses. */
  static Backoff sleeping(int retries) {
    return new Backoff(
        retries,
        pause -> Thread.sleep(pause.toMillis()),
        () -> ThreadLocalRandom.current().nextDouble());
  }

  /** Returns the first success, or throws the first permanent or the last transient error. */
  <T> T run(Attempt<T> attempt) throws ImageException, InterruptedException {
    for (int failed = 0; ; failed++) {
      try {
        return attempt.run();
      } catch (ImageException e) {
        if (!e.isTransient()) {
          throw e;
        }
        if (failed == retries) {
          throw ImageException.transientError(
              e.code(), e.getMessage() + " (tried " + (failed + 1) + "x)", e);
        }
      }
      sleeper.sleep(pauseAfter(failed));
      retried.increment();
    }
  }

  /** Tries beyond the first so far, all threads together. */
  long retried() {
    return retried.sum();
  }

  private Duration pauseAfter(int failed) {
    long full = FIRST_PAUSE.toMillis() << Math.min(failed, 20);
    double kept = 1 - random.getAsDouble() / 2;
    return Duration.ofMillis((long) (Math.min(full, LONGEST_PAUSE.toMillis()) * kept));
  }
}
