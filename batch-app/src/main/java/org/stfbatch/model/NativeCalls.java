package org.stfbatch.model;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Calls into the tensor library that are under way. When a process exits, C++ destroys the
 * library's global objects; a call that goes on meanwhile reads freed memory and crashes the
 * process, with another exit code and a crash report instead of a quiet end.
 *
 * <p>There is one library in a process, and so there is one of these. Thread safe.
 */
public final class NativeCalls {
  private static final ReentrantReadWriteLock LOCK = new ReentrantReadWriteLock();

  private NativeCalls() {}

  /** A call that is under way until this is closed. */
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
   * process exits. Only for the exit of the process.
   *
   * @param patience after which it returns although a call is under way
   * @return whether none is
   */
  public static boolean end(Duration patience) {
    try {
      return LOCK.writeLock().tryLock(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
