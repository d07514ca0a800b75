package org.stfbatch.engine;

import org.stfbatch.model.CacheCost;
import org.stfbatch.model.CacheLength;
import org.stfbatch.model.CacheShape;

/**
 * Divides the KV cache memory between slots and prefix cache entries.
 *
 * @param bytes total memory
 * @param cost bytes per cache position
 * @param batch desired number of concurrent sequences
 * @param use of prefixes: whether they are cached, and whether running sequences read them in place
 */
record CachePlan(long bytes, CacheCost cost, int batch, PrefixUse use) {
  /**
   * Lengths of slots and prefix cache entries are multiples of this, so that they seldom change.
   */
  private static final int LENGTH_STEP = 64;

  /**
   * The same for slots without prefixes: these are short, and attention reads their full length.
   */
  private static final int OWN_LENGTH_STEP = 32;

  /** Fraction (1/n) of the memory for prefixes that are copied to slots. */
  private static final int PREFIX_SHARE = 4;

  /**
   * Expected number of sequences that share a prefix, where prefixes are read in place. If none are
   * shared, about as many sequences still run together as in a cache of the same size with copied
   * prefixes.
   */
  private static final int SEQUENCES_OF_A_PREFIX = 2;

  /** One for the text before images, one for an image. */
  private static final int FEWEST_PREFIXES = 2;

  /** Number of images that are encoded ahead of the sequences in slots. */
  private static final int PREFIXES_AHEAD = 16;

  /**
   * Returns the plan after an out-of-memory failure: fewer sequences, and memory reduced in
   * proportion.
   *
   * @param sequences 1 to {@link #batch}
   */
  CachePlan reducedTo(int sequences) {
    return sequences == batch
        ? this
        : new CachePlan(bytes / batch * sequences, cost, sequences, use);
  }

  /**
   * Returns the shape for sequences with this need. It always has at least one slot, even if that
   * exceeds the available memory.
   */
  CacheShape shape(CacheNeed need) {
    CacheLength slot = roundUp(need.slot(), use == PrefixUse.READ ? OWN_LENGTH_STEP : LENGTH_STEP);
    boolean kept = use.isCached();
    CacheLength prefix = kept ? roundUp(need.prefix(), LENGTH_STEP) : CacheLength.of(0);
    int imageTokens = kept ? roundUp(need.imageTokens(), LENGTH_STEP) : 0;
    long prefixBytes = cost.of(prefix) + cost.imageToken() * imageTokens;
    int prefixes = prefixes(cost.of(slot), Math.max(cost.full(), prefixBytes));
    long slots = (bytes - prefixBytes * prefixes) / cost.of(slot);
    return new CacheShape(
        (int) Math.max(1, Math.min(batch, slots)), slot, prefixes, prefix, imageTokens);
  }

  private int prefixes(long slotBytes, long prefixBytes) {
    return switch (use) {
      case NONE, FUSED -> 0;
      case COPIED -> prefixes(batch + PREFIXES_AHEAD, bytes / PREFIX_SHARE / prefixBytes);
      case READ -> prefixes(1 + batch + PREFIXES_AHEAD, fittingReadInPlace(slotBytes, prefixBytes));
    };
  }

  private static int prefixes(int wanted, long fitting) {
    return (int) Math.max(FEWEST_PREFIXES, Math.min(wanted, fitting));
  }

  private long fittingReadInPlace(long slotBytes, long prefixBytes) {
    long sequenceBytes = slotBytes + prefixBytes / SEQUENCES_OF_A_PREFIX;
    long sequences = Math.min(batch, (bytes - prefixBytes) / sequenceBytes);
    return (bytes - sequences * slotBytes) / prefixBytes;
  }

  private static CacheLength roundUp(CacheLength length, int step) {
    return new CacheLength(roundUp(length.full(), step), roundUp(length.pruned(), step));
  }

  private static int roundUp(int tokens, int step) {
    return (tokens + step - 1) / step * step;
  }
}
