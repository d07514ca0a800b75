package org.stfbatch.model;

/**
 * The sequences in slots 0 .. D-1 that are already generating.
 *
 * @param tokenIds [D] each one's newest token
 * @param positions [D] the position at which that token stands
 */
public record Decoding(int[] tokenIds, int[] positions) {
  /** Nothing is generating yet. */
  public static final Decoding NONE = new Decoding(new int[0], new int[0]);

  public int count() {
    return tokenIds.length;
  }
}
