package org.stfbatch.model;

/**
 * Room for keys and values, and for images that wait to be pruned.
 *
 * @param slots sequences that can be generated together
 * @param slot room of each
 * @param shelves prefixes that can be kept
 * @param shelf room of each
 * @param imageTokens hidden states of an image that each shelf has room for; 0 if no images are
 *     pruned
 */
public record CacheShape(
    int slots, CacheLength slot, int shelves, CacheLength shelf, int imageTokens) {
  /** No room at all. */
  public static final CacheShape NONE = new CacheShape(0, 0, 0, 0);

  /** As many places in all layers. */
  public CacheShape(int slots, int slotPlaces, int shelves, int shelfPlaces) {
    this(slots, CacheLength.of(slotPlaces), shelves, CacheLength.of(shelfPlaces), 0);
  }
}
