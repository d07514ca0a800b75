package org.stfbatch.model;

import java.util.Collections;
import java.util.List;

/**
 * The sequences in slots 0 .. D-1 that are already generating.
 *
 * @param tokenIds [D] the last token of each
 * @param positions [D] the position at which that token stands
 * @param dropped [D] how many tokens of its image were pruned
 * @param prefixes [D] the prefix that each reads in the prefix cache
 */
public record Decoding(
    int[] tokenIds, int[] positions, int[] dropped, List<CachedPrefix> prefixes) {
  /** Nothing is generating yet. */
  public static final Decoding NONE = new Decoding(new int[0], new int[0]);

  /** No images were pruned, and all is in the slots. */
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
