package org.stfbatch.model;

/**
 * Room for keys and values, and for images that wait to be pruned.
 *
 * @param slots sequences that can be generated together
 * @param slot tokens that each slot has room for
 * @param prefixes entries of the prefix cache
 * @param prefix tokens that each entry has room for
 * @param imageTokens hidden states of an image that each entry has room for; 0 if no images are
 *     pruned
 */
public record CacheShape(
    int slots, CacheLength slot, int prefixes, CacheLength prefix, int imageTokens) {
  /** No room at all. */
  public static final CacheShape NONE = new CacheShape(0, 0, 0, 0);

  /** The same lengths in all layers. */
  public CacheShape(int slots, int slotLength, int prefixes, int prefixLength) {
    this(slots, CacheLength.of(slotLength), prefixes, CacheLength.of(prefixLength), 0);
  }
}
