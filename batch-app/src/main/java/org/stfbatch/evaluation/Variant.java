package org.stfbatch.evaluation;

/** How faithfully answers are scored. */
public enum Variant {
  /** As the original's scripts do, with what is odd in them. */
  ORIGINAL,
  /**
   * Repaired: every question must be answered once and in the order of the question file, what the
   * scripts divide by zero or trip over counts as zero, and characters that no table can hold are
   * taken out.
   */
  STRICT
}
