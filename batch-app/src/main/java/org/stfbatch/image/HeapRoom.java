package org.stfbatch.image;

import java.util.concurrent.Semaphore;

/**
 * Room on the heap for images that are being decoded, shared by all threads that decode. An image
 * waits until there is room for it, in the order of arrival, so that large ones are never passed
 * over for ever; one that wants more than there is gets all of it, and is alone. Thread safe.
 *
 * <p>Room is a promise, as Java tells nobody in advance what fits. Work that runs out of memory all
 * the same is done once more with all of the room.
 */
final class HeapRoom {
  private static final long UNIT = 1024;

  /**
   * Half of the heap. The generational collectors keep large arrays in two thirds of it, and jobs
   * that are ahead, answers and the program itself are there, too.
   */
  private static final int SHARE = 2;

  private final int all;
  private final Semaphore units;

  /**
   * @param bytes to share
   */
  HeapRoom(long bytes) {
    all = (int) Math.max(1, Math.min(bytes / UNIT, Integer.MAX_VALUE));
    units = new Semaphore(all, true);
  }

  /** The share of this process's heap. */
  static HeapRoom ofThisProcess() {
    return new HeapRoom(Runtime.getRuntime().maxMemory() / SHARE);
  }

  /** What is done with room. */
  @FunctionalInterface
  interface Work<T> {
    T run() throws ImageException, InterruptedException;
  }

  /**
   * Waits for room, and works in it.
   *
   * @param bytes what the work takes at its peak, its result included; 0 for work that does not
   *     wait for room
   * @throws OutOfMemoryError if memory did not suffice with all of the room either
   * @throws InterruptedException if interrupted while waiting; nothing was done then
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

  /** Bytes that nobody uses at the moment. */
  long free() {
    return units.availablePermits() * UNIT;
  }
}
