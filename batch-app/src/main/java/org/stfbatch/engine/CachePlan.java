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
 * @param use of prefixes: whether they are kept, and whether those of running sequences must be
 */
record CachePlan(long bytes, CacheCost cost, int batch, PrefixUse use) {
  /**
   * The lengths of slots and prefix cache entries are multiples of this, so that they seldom
   * change.
   */
  private static final int LENGTH_STEP = 64;

  /** The same for slots that hold no prefixes: they are short, and attention reads all of them. */
  private static final int OWN_LENGTH_STEP = 32;

  /** The part of the room that prefixes may take that are copied to slots. */
  private static final int PREFIX_SHARE = 4;

  /**
   * Where prefixes are read, so many sequences are expected to share one. If none do, about as many
   * still run together as in a cache of the same size from which prefixes are copied.
   */
  private static final int SEQUENCES_OF_A_PREFIX = 2;

  /** One for the text before images, one for an image. */
  private static final int FEWEST_PREFIXES = 2;

  /** Images that are encoded ahead of the sequences in slots. */
  private static final int PREFIXES_AHEAD = 16;

  /**
   * The plan after a lack of memory: for fewer sequences, in as much less room.
   *
   * @param sequences 1 to {@link #batch}
   */
  CachePlan reducedTo(int sequences) {
    return sequences == batch
        ? this
        : new CachePlan(bytes / batch * sequences, cost, sequences, use);
  }

  /**
   * The shape in which one such sequence and its prefix fit. There is always one slot, even if it
   * takes more than there is.
   */
  CacheShape shape(CacheNeed need) {
    CacheLength slot = roundUp(need.slot(), use == PrefixUse.READ ? OWN_LENGTH_STEP : LENGTH_STEP);
    boolean kept = use != PrefixUse.NONE;
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
      case NONE -> 0;
      case COPIED -> prefixes(batch + PREFIXES_AHEAD, bytes / PREFIX_SHARE / prefixBytes);
      case READ -> prefixes(1 + batch + PREFIXES_AHEAD, fittingToBeRead(slotBytes, prefixBytes));
    };
  }

  private static int prefixes(int wanted, long fitting) {
    return (int) Math.max(FEWEST_PREFIXES, Math.min(wanted, fitting));
  }

  private long fittingToBeRead(long slotBytes, long prefixBytes) {
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
