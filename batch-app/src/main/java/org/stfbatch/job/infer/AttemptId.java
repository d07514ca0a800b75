package org.stfbatch.job.infer;

/**
 * Which attempt at a run chunks belong to: the step execution in which it began. Later passes over
 * what waits are parts of the same attempt, and so is the time between them, in which images are
 * waited for. For one thread.
 */
final class AttemptId {
  private long first;

  /**
   * @param stepExecutionId of a pass
   */
  long of(long stepExecutionId) {
    if (first == 0) {
      first = stepExecutionId;
    }
    return first;
  }
}
