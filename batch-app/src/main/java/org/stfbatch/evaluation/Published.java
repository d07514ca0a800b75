package org.stfbatch.evaluation;

/**
 * Result of the paper for LLaVA-STF-7B.
 *
 * @param score in the unit of {@link Score#headline}
 * @param questions number of questions in the whole question file, including repetitions in other
 *     orders
 */
public record Published(double score, long questions) {
  /** Below this fraction of the questions, scores are not comparable. */
  private static final double PART = 0.99;

  /** Whether a score over this many questions is comparable. */
  public boolean isComparable(long asked) {
    return asked >= PART * questions;
  }
}
