package org.stfbatch.engine;

import org.stfbatch.model.CacheLength;
import org.stfbatch.model.CacheShape;

/**
 * KV cache requirements of a sequence.
 *
 * @param slot length of its slot
 * @param prefix length of its prefix cache entry; none if it shares no prefix
 * @param imageTokens image hidden states that are kept with its prefix until they are pruned
 */
record CacheNeed(CacheLength slot, CacheLength prefix, int imageTokens) {
  /** Returns what a cache of this shape provides. */
  static CacheNeed of(CacheShape shape) {
    return new CacheNeed(shape.slot(), shape.prefix(), shape.imageTokens());
  }

  /** Returns the least need that covers both. */
  CacheNeed max(CacheNeed other) {
    return new CacheNeed(
        slot.max(other.slot), prefix.max(other.prefix), Math.max(imageTokens, other.imageTokens));
  }

  /** Returns the least need that covers this slot and both prefixes. */
  CacheNeed withPrefixOf(CacheNeed other) {
    return new CacheNeed(slot, prefix.max(other.prefix), Math.max(imageTokens, other.imageTokens));
  }

  /** Returns whether the prefix fits into a cache of this shape. */
  boolean prefixFits(CacheShape shape) {
    return prefix.fitsIn(shape.prefix()) && imageTokens <= shape.imageTokens();
  }
}
