package org.stfbatch.job;

/**
 * Listener of a job's progress. Called by the job's thread. Items are finished one by one and
 * stored chunk by chunk.
 */
public interface Progress {
  /** Work begins or is restarted. Items that were finished but not stored are repeated. */
  default void begun() {
    // Only needed by listeners that count items before they are stored.
  }

  /** One item is finished and will be stored with its chunk. */
  default void finished() {
    // Only needed by listeners that count items before they are stored.
  }

  /** A chunk was written; its transaction is about to commit. */
  void advanced(Step step);

  /**
   * The number of expected items has grown.
   *
   * @param more items that were not known at the beginning
   */
  default void expected(long more) {
    // Most jobs know the number of their items at the beginning.
  }

  /** Returns a listener that forwards every event to this one and then to {@code next}. */
  default Progress andThen(Progress next) {
    Progress first = this;
    return new Progress() {
      @Override
      public void begun() {
        first.begun();
        next.begun();
      }

      @Override
      public void finished() {
        first.finished();
        next.finished();
      }

      @Override
      public void advanced(Step step) {
        first.advanced(step);
        next.advanced(step);
      }

      @Override
      public void expected(long more) {
        first.expected(more);
        next.expected(more);
      }
    };
  }

  /**
   * Progress of one chunk.
   *
   * @param done items that were processed
   * @param failed of them, those that failed
   */
  record Step(long done, long failed) {}

  /** Returns a listener that ignores all events. */
  static Progress none() {
    return step -> {};
  }
}
