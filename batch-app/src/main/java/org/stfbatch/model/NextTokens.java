package org.stfbatch.model;

import java.util.Arrays;

/**
 * What the model says should come next, one row a sequence.
 *
 * @param argmax [B] the likeliest token ids
 * @param vocabulary V
 * @param logits [B * V] float32, or empty if they were not asked for
 */
public record NextTokens(int[] argmax, int vocabulary, float[] logits) {
  /** The logits [V] of one row. */
  public float[] logits(int row) {
    if (logits.length == 0) {
      throw new IllegalStateException("the logits were not asked for");
    }
    return Arrays.copyOfRange(logits, row * vocabulary, (row + 1) * vocabulary);
  }
}
