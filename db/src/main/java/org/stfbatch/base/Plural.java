package org.stfbatch.base;

/** Formats a count with its noun: {@code 1 job}, {@code 2 jobs}. */
public final class Plural {
  private Plural() {}

  /**
   * Returns count and noun.
   *
   * @param one the singular; the plural is formed with an s
   */
  public static String of(long count, String one) {
    return count + " " + word(count, one);
  }

  /** Returns the noun without the count. */
  public static String word(long count, String one) {
    return count == 1 ? one : one + "s";
  }
}
