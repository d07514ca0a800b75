package org.stfbatch.base;

import java.util.Collection;
import java.util.concurrent.ThreadFactory;

/** Starting and awaiting threads. */
public final class Threads {
  private Threads() {}

  /** A daemon thread, not started yet: it does not keep the process alive. */
  public static Thread daemon(String name, Runnable task) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }

  /** Makes daemon threads that all have this name. */
  public static ThreadFactory daemons(String name) {
    return task -> daemon(name, task);
  }

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
