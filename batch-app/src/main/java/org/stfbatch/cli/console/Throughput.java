package org.stfbatch.cli.console;

import java.util.concurrent.atomic.AtomicLong;
import org.stfbatch.job.Progress;

/**
 * Counter and rate of finished items, stored or not, so that progress is visible within a chunk.
 * Thread safe.
 */
public final class Throughput implements Progress {
  private final AtomicLong stored = new AtomicLong();
  private final AtomicLong unstored = new AtomicLong();
  private final Rate rate = new Rate(System.nanoTime());

  @Override
  public void begun() {
    unstored.set(0);
    rate.begin(done(), System.nanoTime());
  }

  @Override
  public void finished() {
    unstored.incrementAndGet();
    rate.note(done(), System.nanoTime());
  }

  @Override
  public void advanced(Step step) {
    unstored.updateAndGet(before -> Math.max(0, before - step.done()));
    stored.addAndGet(step.done());
    rate.note(done(), System.nanoTime());
  }

  /** Returns the items that are finished and not stored yet. */
  public long unstored() {
    return unstored.get();
  }

  /** Returns all finished items. */
  public long done() {
    return stored.get() + unstored.get();
  }

  /** Returns the items a second over the last minute. */
  public double perSecond() {
    return rate.of(done(), System.nanoTime());
  }
}
