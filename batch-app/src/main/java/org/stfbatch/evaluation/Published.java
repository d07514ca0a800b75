package org.stfbatch.evaluation;

/**
 * What the paper reports for LLaVA-STF-7B.
 *
 * @param score in the unit of {@link Score#headline}
 * @param questions of the benchmark's whole question file, with repetitions in other orders
 */
public record Published(double score, long questions) {
  /** Fewer questions than this part of them are another benchmark. */
  private static final double PART = 0.99;

  /** Whether a score over so many questions can be compared with it. */
  public boolean isComparable(long asked) {
    return asked >= PART * questions;
  }
}
