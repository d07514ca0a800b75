package org.stfbatch.model;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Guard against process exit during native calls. When a process exits, C++ destroys the library's
 * global objects; a call in progress then reads freed memory and crashes the process, with another
 * exit code and a crash report instead of a clean exit.
 *
 * <p>Process-wide, because a process has only one copy of the library. Thread-safe.
 */
public final class NativeCalls {
  private static final ReentrantReadWriteLock LOCK = new ReentrantReadWriteLock();

  private NativeCalls() {}

  /** Registers a call, which is in progress until the result is closed. */
  static Call begin() {
    LOCK.readLock().lock();
    return LOCK.readLock()::unlock;
  }

  /** Closed when the call has returned. */
  @FunctionalInterface
  interface Call extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Waits until no call is running, and blocks new ones: their threads stay blocked until the
   * process exits. Only for use at process exit.
   *
   * @param timeout after which it returns although a call is in progress
   * @return whether no call is in progress
   */
  public static boolean end(Duration timeout) {
    try {
      return LOCK.writeLock().tryLock(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
