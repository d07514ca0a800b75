package org.stfbatch.evaluation;

/** Variant of scoring. */
public enum Variant {
  /** Exactly as the original's scripts, including their quirks. */
  ORIGINAL,
  /**
   * Repaired: every question must be answered once, in the order of the question file; divisions by
   * zero and failures of the scripts count as zero; characters that no table can hold are removed.
   */
  STRICT
}
