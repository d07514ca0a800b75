package org.stfbatch.model;

/**
 * Shape of the KV cache, including image hidden states that are kept until they are pruned.
 *
 * @param slots maximum number of concurrent sequences
 * @param slot capacity of each slot, in tokens
 * @param prefixes number of entries of the prefix cache
 * @param prefix capacity of each entry, in tokens
 * @param imageTokens image hidden states that each entry can keep; 0 without pruning
 */
public record CacheShape(
    int slots, CacheLength slot, int prefixes, CacheLength prefix, int imageTokens) {
  /** An empty cache. */
  public static final CacheShape NONE = new CacheShape(0, 0, 0, 0);

  /** Creates a shape with the same lengths in all layers. */
  public CacheShape(int slots, int slotLength, int prefixes, int prefixLength) {
    this(slots, CacheLength.of(slotLength), prefixes, CacheLength.of(prefixLength), 0);
  }
}
