package org.stfbatch.cli.console;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;

/**
 * Throughput over the last minute of work. The window reaches back to the newest sample that is at
 * least a minute old, because counts arrive in chunks. Thread safe.
 */
final class Rate {
  private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final double NANOS = 1e9;

  private final Deque<Sample> samples = new ArrayDeque<>();

  private record Sample(long nanos, long done) {}

  /** Starts now with no items. */
  Rate(long nanos) {
    begin(0, nanos);
  }

  /** Starts a new window now. */
  synchronized void begin(long done, long nanos) {
    samples.clear();
    samples.add(new Sample(nanos, done));
  }

  /** Adds a sample, at most one a second. */
  synchronized void note(long done, long nanos) {
    if (nanos - samples.getLast().nanos() >= SECOND) {
      add(done, nanos);
    }
  }

  /** Adds a sample and returns the rate of the window that ends with it. */
  synchronized double of(long done, long nanos) {
    add(done, nanos);
    Sample first = samples.getFirst();
    return Math.max(0, done - first.done()) * NANOS / Math.max(nanos - first.nanos(), 1);
  }

  private void add(long done, long nanos) {
    samples.addLast(new Sample(nanos, done));
    while (samples.size() > 2 && nanos - second().nanos() >= MINUTE) {
      samples.removeFirst();
    }
  }

  private Sample second() {
    var sample = samples.iterator();
    sample.next();
    return sample.next();
  }
}
