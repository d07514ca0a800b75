package org.stfbatch.image;

import java.util.concurrent.Semaphore;

/**
 * Fair semaphore over heap bytes for image decoding, shared by all decoding threads. Waiting
 * threads are served in the order of arrival, so that large images do not starve; an image that
 * needs more than the total takes all of it and is decoded alone. Thread safe.
 *
 * <p>The sizes are estimates. Work that runs out of memory nevertheless is repeated once with the
 * whole budget.
 */
final class HeapRoom {
  private static final long UNIT = 1024;

  /**
   * Half of the heap. Generational collectors keep large arrays in two thirds of it, and read-ahead
   * jobs, answers and the program itself need memory, too.
   */
  private static final int SHARE = 2;

  private final int all;
  private final Semaphore units;

  /**
   * @param bytes the budget
   */
  HeapRoom(long bytes) {
    all = (int) Math.max(1, Math.min(bytes / UNIT, Integer.MAX_VALUE));
    units = new Semaphore(all, true);
  }

  /** Creates the budget of this process. */
  static HeapRoom ofThisProcess() {
    return new HeapRoom(Runtime.getRuntime().maxMemory() / SHARE);
  }

  /** Work that needs heap. */
  @FunctionalInterface
  interface Work<T> {
    T run() throws ImageException, InterruptedException;
  }

  /**
   * Runs work as soon as the budget has room for it.
   *
   * @param bytes peak heap of the work, including its result; 0 for work that does not wait
   * @throws OutOfMemoryError if memory did not suffice with the whole budget either
   * @throws InterruptedException if interrupted while waiting, before the work began
   */
  <T> T run(long bytes, Work<T> work) throws ImageException, InterruptedException {
    int wanted = (int) Math.min((bytes + UNIT - 1) / UNIT, all);
    try {
      return inside(wanted, work);
    } catch (OutOfMemoryError e) {
      return inside(all, work);
    }
  }

  private <T> T inside(int wanted, Work<T> work) throws ImageException, InterruptedException {
    if (wanted == 0) {
      return work.run();
    }
    units.acquire(wanted);
    try {
      return work.run();
    } finally {
      units.release(wanted);
    }
  }

  /** Returns the unused bytes of the budget. */
  long free() {
    return units.availablePermits() * UNIT;
  }
}
