package org.stfbatch.model;

import java.util.Collections;
import java.util.List;

/**
 * The decoding sequences, in slots 0 .. D-1.
 *
 * @param tokenIds [D] the newest token of each
 * @param positions [D] the position of that token
 * @param dropped [D] number of pruned tokens of its image
 * @param prefixes [D] the prefix that each reads in place in the prefix cache
 */
public record Decoding(
    int[] tokenIds, int[] positions, int[] dropped, List<CachedPrefix> prefixes) {
  /** No sequences. */
  public static final Decoding NONE = new Decoding(new int[0], new int[0]);

  /** Creates sequences without pruned images and without prefixes that are read in place. */
  public Decoding(int[] tokenIds, int[] positions) {
    this(
        tokenIds,
        positions,
        new int[tokenIds.length],
        Collections.nCopies(tokenIds.length, CachedPrefix.NONE));
  }

  public int count() {
    return tokenIds.length;
  }
}
