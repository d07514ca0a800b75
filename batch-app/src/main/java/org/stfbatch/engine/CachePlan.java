package org.stfbatch.engine;

import org.stfbatch.model.CacheCost;
import org.stfbatch.model.CacheLength;
import org.stfbatch.model.CacheShape;

/**
 * Divides the room for keys and values among sequences and shared prefixes.
 *
 * @param bytes all the room there is
 * @param cost what the cache takes
 * @param batch sequences that are wanted together
 * @param reuse whether prefixes are kept
 */
record CachePlan(long bytes, CacheCost cost, int batch, boolean reuse) {
  /** Slots and shelves grow in such steps, so that they seldom grow. */
  private static final int PLACE_STEP = 64;

  /** The part of the room that prefixes may take. */
  private static final int SHELVES_SHARE = 4;

  /** One for the text before images, one for an image. */
  private static final int FEWEST_SHELVES = 2;

  /** Images that are encoded ahead of the sequences in slots. */
  private static final int SHELVES_AHEAD = 16;

  /**
   * The plan after a lack of memory: for fewer sequences, in as much less room.
   *
   * @param sequences 1 to {@link #batch}
   */
  CachePlan reducedTo(int sequences) {
    return sequences == batch
        ? this
        : new CachePlan(bytes / batch * sequences, cost, sequences, reuse);
  }

  /**
   * The shape in which one such sequence and its prefix fit. There is always one slot, even if it
   * takes more than there is.
   */
  CacheShape shape(CacheNeed need) {
    CacheLength slot = roundUp(need.slot());
    CacheLength prefix = reuse ? roundUp(need.prefix()) : CacheLength.of(0);
    int imageTokens = reuse ? roundUp(need.imageTokens()) : 0;
    long prefixBytes = cost.of(prefix) + cost.imageToken() * imageTokens;
    int prefixes = reuse ? shelves(prefixBytes) : 0;
    long slots = (bytes - prefixBytes * prefixes) / cost.of(slot);
    return new CacheShape(
        (int) Math.max(1, Math.min(batch, slots)), slot, prefixes, prefix, imageTokens);
  }

  private int shelves(long shelfBytes) {
    long fitting = bytes / SHELVES_SHARE / Math.max(cost.place(), shelfBytes);
    return (int) Math.max(FEWEST_SHELVES, Math.min(batch + SHELVES_AHEAD, fitting));
  }

  private static CacheLength roundUp(CacheLength length) {
    return new CacheLength(roundUp(length.places()), roundUp(length.pruned()));
  }

  private static int roundUp(int places) {
    return (places + PLACE_STEP - 1) / PLACE_STEP * PLACE_STEP;
  }
}
