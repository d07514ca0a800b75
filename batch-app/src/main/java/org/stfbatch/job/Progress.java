package org.stfbatch.job;

/** Is told how a job gets on. Called by the job's thread. */
public interface Progress {
  /** A chunk was written. */
  void advanced(Step step);

  /**
   * What one chunk added.
   *
   * @param done items that were dealt with
   * @param failed of them, those that failed
   */
  record Step(long done, long failed) {}

  /** Nobody looks. */
  static Progress none() {
    return step -> {};
  }
}
