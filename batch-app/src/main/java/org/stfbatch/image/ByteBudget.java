package org.stfbatch.image;

import java.util.TreeSet;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Bounds the bytes of encoded images that are held in memory. Who wants more than there is room for
 * waits, except the one that began first of those that still grow: it always gets what it needs, so
 * that two halves never wait for each other. The bound is passed by at most one image.
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

  /** The share of one image. Thread safe; to be closed when its bytes are let go. */
  final class Share implements AutoCloseable {
    private final long ticket;
    private long bytes;
    private boolean closed;

    private Share(long ticket) {
      this.ticket = ticket;
    }

    /** Waits until there is room. Room for a share that was closed meanwhile is not counted. */
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

    /** It will not grow any more, and others need not wait for it. */
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

  /** The bytes that are held now. */
  long held() {
    lock.lock();
    try {
      return held;
    } finally {
      lock.unlock();
    }
  }
}
