package org.stfbatch.job.listen;

import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.stfbatch.base.Threads;
import org.stfbatch.job.StopSignal;

/** Asks work to stop when it has taken too long. */
final class TimeLimit implements AutoCloseable {
  private final ScheduledThreadPoolExecutor timer =
      new ScheduledThreadPoolExecutor(1, Threads.daemons("time-limit"));
  private volatile boolean over;

  /** Counts from now on. */
  TimeLimit(Duration limit, StopSignal work) {
    timer.schedule(
        () -> {
          over = true;
          work.request("its time limit is over");
        },
        limit.toMillis(),
        TimeUnit.MILLISECONDS);
  }

  /** Whether the work was asked to stop. */
  boolean isOver() {
    return over;
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
