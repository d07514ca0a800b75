package org.stfbatch.job;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stfbatch.base.Threads;
import org.stfbatch.db.LeasedLock;
import org.stfbatch.db.LockLostException;

/**
 * Periodic heartbeat of a lock. Reports the loss of the lock; another process may hold it by then.
 */
public final class Heartbeat implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Heartbeat.class);

  private final LeasedLock lock;
  private final Consumer<LockLostException> onLoss;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(Threads.daemons("heartbeat"));

  private Heartbeat(LeasedLock lock, Consumer<LockLostException> onLoss) {
    this.lock = lock;
    this.onLoss = onLoss;
  }

  /**
   * Sends a heartbeat at once and then once a period, until closed or the lock is lost.
   *
   * @param onLoss called once, on the heartbeat's thread
   */
  public static Heartbeat start(
      LeasedLock lock, Consumer<LockLostException> onLoss, Duration period) {
    Heartbeat heartbeat = new Heartbeat(lock, onLoss);
    heartbeat.timer.scheduleAtFixedRate(
        heartbeat::beat, 0, period.toMillis(), TimeUnit.MILLISECONDS);
    return heartbeat;
  }

  private void beat() {
    try {
      lock.beat();
    } catch (LockLostException e) {
      timer.shutdown();
      onLoss.accept(e);
    }
  }

  /** Stops the heartbeat, and waits up to one minute for one that is being sent. */
  @Override
  public void close() {
    timer.shutdown();
    try {
      if (!timer.awaitTermination(1, TimeUnit.MINUTES)) {
        LOG.warn("a heartbeat did not end within one minute");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
