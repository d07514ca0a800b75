package org.stfbatch.model;

/**
 * The prefix that a sequence reads in the prefix cache without a copy: its slot holds only what
 * comes after it.
 *
 * @param entry its entry in the prefix cache, or {@link #NO_ENTRY}
 * @param length how many tokens it has
 */
public record CachedPrefix(int entry, int length) {
  /** All of the sequence is in its slot. */
  public static final int NO_ENTRY = -1;

  /** The sequence reads nothing from the prefix cache. */
  public static final CachedPrefix NONE = new CachedPrefix(NO_ENTRY, 0);
}
