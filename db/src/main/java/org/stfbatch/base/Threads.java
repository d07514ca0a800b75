package org.stfbatch.base;

import java.util.Collection;
import java.util.concurrent.ThreadFactory;

/** Creates and joins threads. */
public final class Threads {
  private Threads() {}

  /** Returns a daemon thread that is not started yet. */
  public static Thread daemon(String name, Runnable task) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }

  /** Returns a factory of daemon threads of this name. */
  public static ThreadFactory daemons(String name) {
    return task -> daemon(name, task);
  }

  /**
   * Waits until all threads have ended. An interruption of the calling thread does not end the
   * wait; its interrupt status is set again before the return.
   */
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
