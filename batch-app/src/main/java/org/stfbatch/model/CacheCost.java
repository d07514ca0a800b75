package org.stfbatch.model;

/**
 * Bytes that the cache takes.
 *
 * @param place keys and values of one place in the layers that see whole images
 * @param pruned keys and values of one place in the layers that see pruned images; 0 if there are
 *     none
 * @param imageToken the hidden state of an image's token that waits to be pruned; 0 if none are
 */
public record CacheCost(long place, long pruned, long imageToken) {
  /** Bytes of a slot or shelf of such a length. */
  public long of(CacheLength length) {
    return place * length.places() + pruned * length.pruned();
  }
}
