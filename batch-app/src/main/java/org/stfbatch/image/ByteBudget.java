package org.stfbatch.image;

import java.util.TreeSet;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Limit on the bytes of encoded images in memory (back-pressure for downloads). A share that would
 * exceed the limit waits, except the oldest share that is still growing: it is always served, so
 * that two incomplete images never block each other. One image at most exceeds the limit.
 */
final class ByteBudget {
  private final long limit;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition freed = lock.newCondition();
  private final TreeSet<Long> growing = new TreeSet<>();
  private long tickets;
  private long held;

  ByteBudget(long limit) {
    this.limit = limit;
  }

  /** The bytes of one image. Thread safe; must be closed when they are released. */
  final class Share implements AutoCloseable {
    private final long ticket;
    private long bytes;
    private boolean closed;

    private Share(long ticket) {
      this.ticket = ticket;
    }

    /** Adds bytes; waits until the limit allows them. Does nothing once the share is closed. */
    void grow(long more) throws InterruptedException {
      lock.lockInterruptibly();
      try {
        while (!closed && held + more > limit && growing.first() != ticket) {
          freed.await();
        }
        if (!closed) {
          bytes += more;
          held += more;
        }
      } finally {
        lock.unlock();
      }
    }

    /** Marks the image as complete, so that the next share takes precedence. */
    void complete() {
      lock.lock();
      try {
        growing.remove(ticket);
        freed.signalAll();
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void close() {
      lock.lock();
      try {
        growing.remove(ticket);
        held -= closed ? 0 : bytes;
        closed = true;
        freed.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  Share open() {
    lock.lock();
    try {
      long ticket = tickets++;
      growing.add(ticket);
      return new Share(ticket);
    } finally {
      lock.unlock();
    }
  }

  /** Returns the bytes held now. */
  long held() {
    lock.lock();
    try {
      return held;
    } finally {
      lock.unlock();
    }
  }
}
