package org.stfbatch.base;

import java.util.Collection;

/** Waiting for threads. */
public final class Threads {
  private Threads() {}

  /** Returns when all have ended; an interruption of this thread meanwhile is kept for later. */
  public static void awaitEnd(Collection<Thread> threads) {
    boolean interrupted = false;
    for (Thread thread : threads) {
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
