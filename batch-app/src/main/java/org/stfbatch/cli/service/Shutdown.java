package org.stfbatch.cli.service;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.stfbatch.cli.console.Notices;
import org.stfbatch.job.StopSignal;
import org.stfbatch.model.NativeCalls;

/**
 * Lets a job end at its next commit when the process is told to end (SIGTERM, Ctrl-C), and gives
 * the process the job's exit code.
 */
public final class Shutdown {
  /** Longer than any chunk; whoever sent the signal will lose patience first. */
  private static final long PATIENCE_MINUTES = 30;

  /** How long an exit waits for the tensor library; after that the process ends by the signal. */
  private static final Duration LONGEST_CALL = Duration.ofSeconds(5);

  private static final String TOLD = "told to stop";

  /** What shells call the exit code of a program that Ctrl-C ended: 128 and the signal's number. */
  private static final int INTERRUPTED = 130;

  private final CountDownLatch finished = new CountDownLatch(1);
  private volatile StopSignal job;
  private volatile boolean commits;
  private volatile int exitCode;
  private volatile boolean interrupted;

  /** From now on a signal asks this job to stop, and the process waits for it. */
  public void guard(StopSignal stop) {
    commits = true;
    job = stop;
  }

  /** The same for a job that stores nothing: it ends at once, and nothing is said. */
  public void guardReader(StopSignal stop) {
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

  /**
   * Ctrl-C. The first one stops the job at its next commit, as SIGTERM does; another one ends the
   * process at once, and what was not committed is done again later.
   */
  public void onInterrupt() {
    if (interrupted) {
      InterruptSignal.endBy("INT");
      Runtime.getRuntime().halt(INTERRUPTED);
    }
    interrupted = true;
    // Not by this thread: it would wait for the shutdown, and nobody would hear of another Ctrl-C.
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
        // The JVM would exit with the signal's number, which says nothing about the job.
        Runtime.getRuntime().halt(interrupted && exitCode != 0 ? INTERRUPTED : exitCode);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
