package org.stfbatch.model;

/**
 * The prefix that a sequence reads in place in the prefix cache. Its slot contains only what
 * follows the prefix.
 *
 * @param entry index of the prefix cache entry, or {@link #NO_ENTRY}
 * @param length number of tokens
 */
public record CachedPrefix(int entry, int length) {
  /** All of the sequence is in its slot. */
  public static final int NO_ENTRY = -1;

  /** The sequence reads nothing from the prefix cache. */
  public static final CachedPrefix NONE = new CachedPrefix(NO_ENTRY, 0);
}
