package org.stfbatch.model;

import java.util.stream.IntStream;

/**
 * The sequences in slots 0 .. D-1 that are already generating.
 *
 * @param tokenIds [D] each one's newest token
 * @param positions [D] the position at which that token stands
 * @param dropped [D] how many tokens of its image were pruned
 * @param shelves [D] the shelf on which the same prefix lies with which its slot begins; -1 if on
 *     none
 * @param prefixes [D] the places of that prefix
 */
public record Decoding(
    int[] tokenIds, int[] positions, int[] dropped, int[] shelves, int[] prefixes) {
  /** Stands for no shelf. */
  public static final int NO_SHELF = -1;

  /** Nothing is generating yet. */
  public static final Decoding NONE = new Decoding(new int[0], new int[0]);

  /** No images were pruned, and no prefixes are on shelves. */
  public Decoding(int[] tokenIds, int[] positions) {
    this(
        tokenIds,
        positions,
        new int[tokenIds.length],
        IntStream.generate(() -> NO_SHELF).limit(tokenIds.length).toArray(),
        new int[tokenIds.length]);
  }

  public int count() {
    return tokenIds.length;
  }
}
