package org.stfbatch.engine;

import org.stfbatch.model.CacheLength;
import org.stfbatch.model.CacheShape;

/**
 * What a sequence needs of the cache.
 *
 * @param slot room of its slot
 * @param prefix room of its prefix in the prefix cache; none if it shares none
 * @param imageTokens hidden states that are kept with its prefix until they are pruned
 */
record CacheNeed(CacheLength slot, CacheLength prefix, int imageTokens) {
  /** What a cache of this shape has. */
  static CacheNeed of(CacheShape shape) {
    return new CacheNeed(shape.slot(), shape.prefix(), shape.imageTokens());
  }

  /** Enough for both. */
  CacheNeed max(CacheNeed other) {
    return new CacheNeed(
        slot.max(other.slot), prefix.max(other.prefix), Math.max(imageTokens, other.imageTokens));
  }

  /** Enough for the slot of this and the prefixes of both. */
  CacheNeed withPrefixOf(CacheNeed other) {
    return new CacheNeed(slot, prefix.max(other.prefix), Math.max(imageTokens, other.imageTokens));
  }

  /** Whether the prefix fits into a cache of this shape. */
  boolean prefixFits(CacheShape shape) {
    return prefix.fitsIn(shape.prefix()) && imageTokens <= shape.imageTokens();
  }
}
