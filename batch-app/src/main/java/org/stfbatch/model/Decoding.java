package org.stfbatch.model;

/**
 * The sequences in slots 0 .. D-1 that are already generating.
 *
 * @param tokenIds [D] each one's newest token
 * @param positions [D] the position at which that token stands
 * @param dropped [D] how many tokens of its image were pruned
 */
public record Decoding(int[] tokenIds, int[] positions, int[] dropped) {
  /** Nothing is generating yet. */
  public static final Decoding NONE = new Decoding(new int[0], new int[0]);

  /** No images were pruned. */
  public Decoding(int[] tokenIds, int[] positions) {
    this(tokenIds, positions, new int[tokenIds.length]);
  }

  public int count() {
    return tokenIds.length;
  }
}
