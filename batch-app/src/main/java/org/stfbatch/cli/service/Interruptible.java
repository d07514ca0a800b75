package org.stfbatch.cli.service;

import java.util.function.Supplier;
import org.stfbatch.job.JobFailedException;
import org.stfbatch.job.StopSignal;

/**
 * Lets a stop request interrupt the calling thread while it waits for a server to start, when no
 * job is running that an interrupt could harm.
 */
final class Interruptible {
  private final Thread thread = Thread.currentThread();
  private boolean waits = true;

  private Interruptible() {}

  /**
   * @param what name of the server, for messages
   * @throws JobFailedException if it was stopped before the server was available
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

  /** Ends the interruptible section; a late interrupt is cleared. */
  private synchronized void end() {
    if (waits) {
      waits = false;
      Thread.interrupted();
    }
  }
}
