package org.stfbatch.model;

/**
 * Bytes that the cache takes.
 *
 * @param full bytes of the keys and values of one token in the layers that see whole images
 * @param pruned bytes of the keys and values of one token in the layers that see pruned images; 0
 *     if there are none
 * @param imageToken the hidden state of an image's token that waits to be pruned; 0 if none are
 */
public record CacheCost(long full, long pruned, long imageToken) {
  /** Bytes of a slot or prefix cache entry of such a length. */
  public long of(CacheLength length) {
    return full * length.full() + pruned * length.pruned();
  }
}
