package org.stfbatch.cli.console;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;

/**
 * How many a second were done in the last minute. Counts come in lumps, so the minute reaches back
 * to a moment at which it was looked.
 */
public final class Rate {
  private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);
  private static final double NANOS = 1e9;

  private final Deque<Sample> samples = new ArrayDeque<>();

  private record Sample(long nanos, long done) {}

  /** From this moment on, at which nothing is done. */
  public Rate(long nanos) {
    samples.add(new Sample(nanos, 0));
  }

  /** With so many done at this moment. */
  public synchronized double of(long done, long nanos) {
    samples.addLast(new Sample(nanos, done));
    while (samples.size() > 2 && nanos - second().nanos() >= MINUTE) {
      samples.removeFirst();
    }
    Sample first = samples.getFirst();
    return (done - first.done()) * NANOS / Math.max(nanos - first.nanos(), 1);
  }

  private Sample second() {
    var sample = samples.iterator();
    sample.next();
    return sample.next();
  }
}
