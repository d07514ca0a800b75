package org.stfbatch.cli.console;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;

/**
 * How many items a second were done in the last minute of work. The window reaches back to the last
 * sample that is a minute old: counts come chunk by chunk. Thread safe.
 */
final class Rate {
  private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final double NANOS = 1e9;

  private final Deque<Sample> samples = new ArrayDeque<>();

  private record Sample(long nanos, long done) {}

  /** Begins at this moment with nothing done. */
  Rate(long nanos) {
    begin(0, nanos);
  }

  /** Begins a new window at this moment. */
  synchronized void begin(long done, long nanos) {
    samples.clear();
    samples.add(new Sample(nanos, done));
  }

  /** Takes a sample, at most one a second. */
  synchronized void note(long done, long nanos) {
    if (nanos - samples.getLast().nanos() >= SECOND) {
      add(done, nanos);
    }
  }

  /** Takes a sample, and gives the rate of the window that it ends. */
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
