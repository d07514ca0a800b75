package org.stfbatch.job.infer;

/**
 * Where the step's own thread spends its time, beside waiting for answers: waiting for the next
 * job, and storing outcomes. A commit comes after its chunk's metric is written, so it counts for
 * the next chunk. For one thread.
 */
final class StepTimes {
  private static final double NANOS = 1e9;

  private long inputNanos;
  private long databaseNanos;
  private long committingSince;
  private boolean committing;

  /**
   * Seconds since the last look.
   *
   * @param input waiting for the next job
   * @param database storing and committing
   */
  record Spent(double input, double database) {}

  /** The step asks for a job: what it wrote before is committed. Returns when, for the end. */
  long readBegins() {
    long now = System.nanoTime();
    if (committing) {
      databaseNanos += now - committingSince;
      committing = false;
    }
    return now;
  }

  void readEnds(long began) {
    inputNanos += System.nanoTime() - began;
  }

  /** Outcomes are written, and what follows until the next read is their commit. */
  void stored(long began) {
    committingSince = System.nanoTime();
    committing = true;
    databaseNanos += committingSince - began;
  }

  Spent take() {
    Spent spent = new Spent(inputNanos / NANOS, databaseNanos / NANOS);
    inputNanos = 0;
    databaseNanos = 0;
    return spent;
  }
}
