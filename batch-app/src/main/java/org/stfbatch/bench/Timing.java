package org.stfbatch.bench;

import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** Measures durations of calls, in seconds. */
final class Timing {
  private static final double NANOS = 1e9;

  /** Minimum duration of a sample; shorter calls are repeated within it. */
  private static final double SAMPLE_SECONDS = 0.1;

  private static final int MOST_CALLS = 10_000;

  private Timing() {}

  static double seconds(Runnable call) {
    long started = System.nanoTime();
    call.run();
    return (System.nanoTime() - started) / NANOS;
  }

  /** Returns the median of {@code samples} samples after one warm-up call. */
  static double median(int samples, Runnable call) {
    call.run();
    return median(IntStream.range(0, samples).mapToDouble(i -> sample(call)).toArray());
  }

  /** Measures repeated calls; returns the mean time of one. */
  static double sample(Runnable call) {
    double once = seconds(call);
    int more = (int) Math.max(1, Math.min(MOST_CALLS, SAMPLE_SECONDS / once));
    return seconds(() -> repeat(more, call)) / more;
  }

  private static void repeat(int calls, Runnable call) {
    for (int i = 0; i < calls; i++) {
      call.run();
    }
  }

  /** Returns the median; of an even number of values, the lower one of the middle two. */
  static double median(double... values) {
    return DoubleStream.of(values).sorted().skip((values.length - 1) / 2).findFirst().orElseThrow();
  }
}
