package org.stfbatch.cli.console;

import java.util.concurrent.atomic.AtomicLong;
import org.stfbatch.job.Progress;

/**
 * Counts what is finished and not stored yet, so that progress is seen between chunks. Thread safe.
 */
public final class Unstored {
  private final AtomicLong count = new AtomicLong();

  /** As {@link Progress#begun}. */
  public void begun() {
    count.set(0);
  }

  /** As {@link Progress#finished}. */
  public void finished() {
    count.incrementAndGet();
  }

  /** As {@link Progress#advanced}. */
  public void stored(Progress.Step step) {
    count.updateAndGet(before -> Math.max(0, before - step.done()));
  }

  /** How many there are now. */
  public long count() {
    return count.get();
  }
}
