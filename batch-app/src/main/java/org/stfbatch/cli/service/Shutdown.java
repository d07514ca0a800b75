package org.stfbatch.cli.service;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.stfbatch.cli.console.Notices;
import org.stfbatch.job.StopSignal;
import org.stfbatch.model.NativeCalls;

/**
 * Graceful shutdown: on SIGTERM or Ctrl-C, the job ends at its next commit, and the process ends
 * with the job's exit code.
 */
public final class Shutdown {
  /** Longer than any chunk; service managers kill the process earlier. */
  private static final long PATIENCE_MINUTES = 30;

  /** How long an exit waits for a native call; after that the process ends by the signal. */
  private static final Duration LONGEST_CALL = Duration.ofSeconds(5);

  private static final String TOLD = "told to stop";

  /** The exit code of shells for a program that SIGINT ended: 128 plus the signal's number. */
  private static final int INTERRUPTED = 130;

  private final CountDownLatch finished = new CountDownLatch(1);
  private volatile StopSignal job;
  private volatile boolean commits;
  private volatile int exitCode;
  private volatile boolean interrupted;

  /** Makes signals stop this job; the process then waits for it. */
  public void guard(StopSignal stop) {
    commits = true;
    job = stop;
  }

  /** As {@link #guard}, for a job that stores nothing: it ends immediately, without a message. */
  public void guardReader(StopSignal stop) {
    job = stop;
  }

  /**
   * Returns whether a signal stopped the job, which is a success for a job without an end of its
   * own.
   */
  public static boolean isTold(StopSignal stop) {
    return stop.reason().filter(TOLD::equals).isPresent();
  }

  /** Records the exit code of the command. */
  public void finished(int code) {
    exitCode = code;
    finished.countDown();
  }

  /**
   * Handles Ctrl-C. The first one stops the job at its next commit, as SIGTERM does; the second one
   * ends the process immediately, and uncommitted work is repeated later.
   */
  public void onInterrupt() {
    if (interrupted) {
      InterruptSignal.endBy("INT");
      Runtime.getRuntime().halt(INTERRUPTED);
    }
    interrupted = true;
    // In another thread: this one would block until the shutdown and miss a second Ctrl-C.
    new Thread(() -> System.exit(INTERRUPTED), "interrupt").start();
  }

  /** Runs in the JVM's shutdown hook, also at a normal exit. */
  public void onSignal() {
    StopSignal running = job;
    boolean isDone = finished.getCount() == 0;
    if (running == null || isDone) {
      if (!NativeCalls.end(LONGEST_CALL) && !isDone) {
        InterruptSignal.endBy(interrupted ? "INT" : "TERM");
      }
      return;
    }
    running.request(TOLD);
    if (commits) {
      Notices.onStderr(
          "stopping at the next commit ..." + (interrupted ? " (Ctrl-C again ends at once)" : ""));
    }
    try {
      if (finished.await(PATIENCE_MINUTES, TimeUnit.MINUTES)) {
        // The JVM would exit with 128 plus the signal's number instead of the job's exit code.
        Runtime.getRuntime().halt(interrupted && exitCode != 0 ? INTERRUPTED : exitCode);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
