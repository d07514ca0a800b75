package org.stfbatch.cli.service;

import java.util.function.Supplier;
import org.stfbatch.job.JobFailedException;
import org.stfbatch.job.StopSignal;

/**
 * Waiting of the calling thread that a stop interrupts: for a server that is being started, while
 * no job runs yet that an interruption could harm.
 */
final class Interruptible {
  private final Thread thread = Thread.currentThread();
  private boolean waits = true;

  private Interruptible() {}

  /**
   * @param what is waited for, for people
   * @throws JobFailedException if it was stopped before it was there
   */
  static <T> T get(String what, StopSignal stop, Supplier<T> start) {
    Interruptible waiting = new Interruptible();
    try (StopSignal.Watch watch = stop.whenRequested(waiting::interrupt)) {
      return start.get();
    } catch (RuntimeException e) {
      if (stop.isRequested()) {
        throw new JobFailedException(
            "stopped (" + stop.reason().orElse("") + ") while waiting for " + what, e);
      }
      throw e;
    } finally {
      waiting.end();
    }
  }

  private synchronized void interrupt() {
    if (waits) {
      thread.interrupt();
    }
  }

  /** From now on the thread is left alone, also by a stop that came at the last moment. */
  private synchronized void end() {
    if (waits) {
      waits = false;
      Thread.interrupted();
    }
  }
}
