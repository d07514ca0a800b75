package org.stfbatch.job.infer;

/**
 * Identifies the attempt that chunks of a run belong to by its first step execution. Later passes
 * over the waiting jobs belong to the same attempt, and so does the time between them, in which the
 * job waits for images. For one thread.
 */
final class AttemptId {
  private long first;

  /**
   * Returns the attempt's id.
   *
   * @param stepExecutionId of a pass
   */
  long of(long stepExecutionId) {
    if (first == 0) {
      first = stepExecutionId;
    }
    return first;
  }
}
