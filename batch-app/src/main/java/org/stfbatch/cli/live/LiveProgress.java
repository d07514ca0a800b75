package org.stfbatch.cli.live;

import java.util.concurrent.atomic.AtomicLong;
import org.stfbatch.cli.console.Rate;
import org.stfbatch.cli.console.Unstored;
import org.stfbatch.job.ForwardingProgress;
import org.stfbatch.job.Progress;

/** What all runs of the process have done, between the chunks as well. Thread safe. */
final class LiveProgress {
  private final Unstored unstored = new Unstored();
  private final AtomicLong stored = new AtomicLong();
  private final Rate rate = new Rate(System.nanoTime());

  /** Counts, and tells {@code next}. */
  Progress counting(Progress next) {
    return new ForwardingProgress(next) {
      @Override
      public void begun() {
        unstored.begun();
        rate.begin(done(), System.nanoTime());
        super.begun();
      }

      @Override
      public void finished() {
        unstored.finished();
        rate.note(done(), System.nanoTime());
        super.finished();
      }

      @Override
      public void advanced(Step step) {
        unstored.stored(step);
        stored.addAndGet(step.done());
        rate.note(done(), System.nanoTime());
        super.advanced(step);
      }
    };
  }

  /** Jobs that are finished and not stored yet. */
  long unstored() {
    return unstored.count();
  }

  /** Jobs a second in the last minute. */
  double perSecond() {
    return rate.of(done(), System.nanoTime());
  }

  private long done() {
    return stored.get() + unstored.count();
  }
}
