package org.stfbatch.job.listen;

import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.stfbatch.base.Threads;
import org.stfbatch.job.StopSignal;

/** Requests a stop when work exceeds its time limit. */
final class TimeLimit implements AutoCloseable {
  private final ScheduledThreadPoolExecutor timer =
      new ScheduledThreadPoolExecutor(1, Threads.daemons("time-limit"));
  private volatile boolean over;

  /** Starts the timer. */
  TimeLimit(Duration limit, StopSignal work) {
    timer.schedule(
        () -> {
          over = true;
          work.request("its time limit is over");
        },
        limit.toMillis(),
        TimeUnit.MILLISECONDS);
  }

  /** Returns whether the limit has passed and the stop was requested. */
  boolean isOver() {
    return over;
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
