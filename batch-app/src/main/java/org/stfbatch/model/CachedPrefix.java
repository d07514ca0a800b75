package org.stfbatch.model;

/**
 * What a sequence begins with and reads where it lies: its slot holds only what comes behind it.
 *
 * @param shelf where it lies, or {@link #NO_SHELF}
 * @param places how many it fills
 */
public record CachedPrefix(int shelf, int places) {
  /** All of the sequence is in its slot. */
  public static final int NO_SHELF = -1;

  /** Nothing of a sequence lies on a shelf. */
  public static final CachedPrefix NONE = new CachedPrefix(NO_SHELF, 0);
}
