package org.stfbatch.job.infer;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Counts what is ahead of the consumer, in jobs and bytes, and makes the producer wait when it is
 * too much.
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

  /** Waits until there is room for a job of this size; one job always has room. */
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
