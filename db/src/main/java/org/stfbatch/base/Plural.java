package org.stfbatch.base;

/** Counts as sentences say them: {@code 1 job}, {@code 2 jobs}. */
public final class Plural {
  private Plural() {}

  /**
   * @param one the singular, of which the plural has an s more
   */
  public static String of(long count, String one) {
    return count + " " + word(count, one);
  }

  /** The noun alone. */
  public static String word(long count, String one) {
    return count == 1 ? one : one + "s";
  }
}
