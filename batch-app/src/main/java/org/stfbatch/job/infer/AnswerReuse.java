package org.stfbatch.job.infer;

import java.util.List;
import java.util.Optional;
import org.stfbatch.db.ReusableAnswer;
import org.stfbatch.db.ReuseKey;
import org.stfbatch.engine.Task;

/** Keys of prepared jobs, and the answers that are stored under them. Thread safe. */
public final class AnswerReuse {
  private final Optional<ReuseKeys> keys;
  private final Lookup lookup;

  /** Finds an answer by its key. */
  @FunctionalInterface
  interface Lookup {
    /** Finds no answer. */
    Lookup NONE = key -> Optional.empty();

    /**
     * @throws org.springframework.dao.DataAccessException if the database cannot be read
     */
    Optional<ReusableAnswer> find(ReuseKey key);
  }

  private AnswerReuse(Optional<ReuseKeys> keys, Lookup lookup) {
    this.keys = keys;
    this.lookup = lookup;
  }

  AnswerReuse(ReuseKeys keys, Lookup lookup) {
    this(Optional.of(keys), lookup);
  }

  /** Returns an instance without keys, for answers that are not stored. */
  static AnswerReuse none() {
    return new AnswerReuse(Optional.empty(), Lookup.NONE);
  }

  /**
   * Returns the key of a job; empty if answers are not stored.
   *
   * @param images SHA-256 of the bytes of each image file, in their order
   */
  Optional<ReuseKey> key(int[] promptIds, List<byte[]> images, Task task) {
    return keys.map(of -> of.of(promptIds, images, task));
  }

  /**
   * Returns the stored answer of a job, if there is one that may be reused.
   *
   * @throws org.springframework.dao.DataAccessException if the database cannot be read
   */
  Optional<ReusableAnswer> find(ReuseKey key) {
    return lookup.find(key);
  }
}
