package org.stfbatch.model;

/**
 * Bytes per position of the KV cache.
 *
 * @param full bytes of the keys and values of one token in the layers that process whole images
 * @param pruned bytes of the keys and values of one token in the layers that process pruned images;
 *     0 if there are none
 * @param imageToken bytes of the hidden state of an image token that is kept until it is pruned; 0
 *     without pruning
 */
public record CacheCost(long full, long pruned, long imageToken) {
  /** Returns the bytes of a slot or prefix cache entry of this length. */
  public long of(CacheLength length) {
    return full * length.full() + pruned * length.pruned();
  }
}
