package org.stfbatch.model;

/**
 * Room for keys and values.
 *
 * @param slots sequences that can be generated together
 * @param slotPositions positions of each
 * @param shelves prefixes that can be kept
 * @param shelfPositions positions of each
 */
public record CacheShape(int slots, int slotPositions, int shelves, int shelfPositions) {
  /** No room at all. */
  public static final CacheShape NONE = new CacheShape(0, 0, 0, 0);
}
