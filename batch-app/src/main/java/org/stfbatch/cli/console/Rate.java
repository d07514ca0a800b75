package org.stfbatch.cli.console;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;

/**
 * How many a second were done in the last minute of work. Counts come in lumps, so the minute
 * reaches back to a moment at which it was looked: {@link #note} looks when something is done.
 * Thread safe.
 */
public final class Rate {
  private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final double NANOS = 1e9;

  private final Deque<Sample> samples = new ArrayDeque<>();

  private record Sample(long nanos, long done) {}

  /** From this moment on, at which nothing is done. */
  public Rate(long nanos) {
    begin(0, nanos);
  }

  /** Work begins at this moment, or begins anew: what was before counts no more. */
  public synchronized void begin(long done, long nanos) {
    samples.clear();
    samples.add(new Sample(nanos, done));
  }

  /** So many are done at this moment. */
  public synchronized void note(long done, long nanos) {
    if (nanos - samples.getLast().nanos() >= SECOND) {
      add(done, nanos);
    }
  }

  /** With so many done at this moment. */
  public synchronized double of(long done, long nanos) {
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
