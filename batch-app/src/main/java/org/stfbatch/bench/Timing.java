package org.stfbatch.bench;

import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** Seconds that calls take. */
final class Timing {
  private static final double NANOS = 1e9;

  /** A sample is so long at least; shorter calls are repeated in it. */
  private static final double SAMPLE_SECONDS = 0.1;

  private static final int MOST_CALLS = 10_000;

  private Timing() {}

  static double seconds(Runnable call) {
    long started = System.nanoTime();
    call.run();
    return (System.nanoTime() - started) / NANOS;
  }

  /** The median of so many samples after one call that does not count. */
  static double median(int samples, Runnable call) {
    call.run();
    return median(IntStream.range(0, samples).mapToDouble(i -> sample(call)).toArray());
  }

  /** Of calls one after the other, what one took. */
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

  /** The value in the middle; of an even number, the lower of the two. */
  static double median(double... values) {
    return DoubleStream.of(values).sorted().skip((values.length - 1) / 2).findFirst().orElseThrow();
  }
}
