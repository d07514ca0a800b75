package org.stfbatch.job.infer;

/**
 * Time that the step's thread spends besides waiting for answers: waiting for the next job, and
 * storing outcomes. A chunk's commit comes after its metrics are written, so it counts for the next
 * chunk. For one thread.
 */
final class StepTimes {
  private static final double NANOS = 1e9;

  private long inputNanos;
  private long databaseNanos;
  private long committingSince;
  private boolean committing;

  /**
   * Seconds since the previous measurement.
   *
   * @param input waiting for the next job
   * @param database storing and committing
   */
  record Spent(double input, double database) {}

  /**
   * Records that the step asks for a job: what it wrote before is committed. Returns the time, for
   * {@link #readEnds}.
   */
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

  /** Records that outcomes were written; the time until the next read is their commit. */
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
