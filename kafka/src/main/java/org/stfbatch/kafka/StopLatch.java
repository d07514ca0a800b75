package org.stfbatch.kafka;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** One-time stop signal. Thread safe. */
final class StopLatch {

  private final CountDownLatch stopped = new CountDownLatch(1);

  void stop() {
    stopped.countDown();
  }

  boolean isStopped() {
    return stopped.getCount() == 0;
  }

  /**
   * Waits until stopped, or until the limit is over.
   *
   * @return whether the signal was given
   */
  boolean await(Duration limit) {
    try {
      return stopped.await(limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BrokerException("interrupted while waiting for Kafka", e);
    }
  }
}
