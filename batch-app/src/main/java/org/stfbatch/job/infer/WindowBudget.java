package org.stfbatch.job.infer;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Back-pressure of the read-ahead: counts the jobs and bytes that are ahead of the consumer, and
 * blocks the producer when they exceed the window.
 */
final class WindowBudget {
  private final InferSettings.Window window;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition freed = lock.newCondition();
  private int jobs;
  private long bytes;

  WindowBudget(InferSettings.Window window) {
    this.window = window;
  }

  /** Waits until a job of this size fits; one job always fits. */
  void acquire(long jobBytes) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (jobs > 0 && (jobs >= window.jobs() || bytes + jobBytes > window.bytes())) {
        freed.await();
      }
      jobs++;
      bytes += jobBytes;
    } finally {
      lock.unlock();
    }
  }

  void release(long jobBytes) {
    lock.lock();
    try {
      jobs--;
      bytes -= jobBytes;
      freed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
