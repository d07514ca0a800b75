package org.stfbatch.cli.service;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.stfbatch.job.StopSignal;

/**
 * Lets a job end at its next commit when the process is told to end (SIGTERM, Ctrl-C), and gives
 * the process the job's exit code.
 */
public final class Shutdown {
  /** Longer than any chunk; whoever sent the signal will lose patience first. */
  private static final long PATIENCE_MINUTES = 30;

  private static final String TOLD = "told to stop";

  private final CountDownLatch finished = new CountDownLatch(1);
  private volatile StopSignal job;
  private volatile int exitCode;

  /** From now on a signal asks this job to stop, and the process waits for it. */
  public void guard(StopSignal stop) {
    job = stop;
  }

  /** Whether a signal stopped it: for what has no other end, a good one. */
  public static boolean isTold(StopSignal stop) {
    return stop.reason().filter(TOLD::equals).isPresent();
  }

  /** The command has ended. */
  public void finished(int code) {
    exitCode = code;
    finished.countDown();
  }

  /** Runs in the JVM's shutdown hook, also at a normal exit. */
  public void onSignal() {
    StopSignal running = job;
    if (running == null || finished.getCount() == 0) {
      return;
    }
    running.request(TOLD);
    System.err.println("stf-batch: stopping at the next commit ...");
    try {
      if (finished.await(PATIENCE_MINUTES, TimeUnit.MINUTES)) {
        // The JVM would exit with the signal's number, which says nothing about the job.
        Runtime.getRuntime().halt(exitCode);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
