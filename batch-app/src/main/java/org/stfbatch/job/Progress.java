package org.stfbatch.job;

/**
 * Is told how a job gets on. Called by the job's thread. Items are finished one by one and stored
 * chunk by chunk.
 */
public interface Progress {
  /** Work begins, at the start or anew: what was finished and not stored is done once more. */
  default void begun() {
    // Only those that count what is not stored yet have to know.
  }

  /** One item is finished, and will be stored with its chunk. */
  default void finished() {
    // Likewise.
  }

  /** A chunk was written. */
  void advanced(Step step);

  /** So many more items are to be dealt with than were known at the beginning. */
  default void expected(long more) {
    // Most have all their items at the beginning.
  }

  /** Is told all, and then tells {@code next}. */
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
