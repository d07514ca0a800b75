package org.stfbatch.model;

import java.util.stream.IntStream;

/**
 * A training sample; each vision token has its own position. Rows of a batch may have different
 * lengths: nothing is computed for padding.
 *
 * @param tokenIds [L] token ids; ignored at vision tokens
 * @param visionIndex [L] index of the vision token, counted over the row's own images; {@link
 *     TokenSpan#TEXT} at text
 * @param labels [L] the target id at this position, or {@link #IGNORED} (loss mask)
 * @param pictures number of images of the row
 */
public record TrainingRow(int[] tokenIds, int[] visionIndex, int[] labels, int pictures) {
  /** The label of a position that is excluded from the loss. */
  public static final int IGNORED = -100;

  public TrainingRow {
    if (visionIndex.length != tokenIds.length || labels.length != tokenIds.length) {
      throw new IllegalArgumentException(
          "a row of %d ids has %d vision indices and %d labels"
              .formatted(tokenIds.length, visionIndex.length, labels.length));
    }
  }

  /** Returns the number of positions, L. */
  public int length() {
    return tokenIds.length;
  }

  /** Returns whether any position contributes to the loss. */
  public boolean teaches() {
    return targets() > 0;
  }

  /** Returns the number of positions that contribute to the loss. */
  public int targets() {
    return (int) IntStream.range(1, labels.length).filter(i -> labels[i] != IGNORED).count();
  }

  /**
   * Returns whether a position is text of a prompt, which LLaVA-Mini fuses with the row's image: no
   * vision token, no part of an answer, and not the id 0, which is padding there.
   */
  boolean isFused(int position) {
    return visionIndex[position] == TokenSpan.TEXT
        && labels[position] == IGNORED
        && tokenIds[position] > 0;
  }

  /** Returns the number of positions that are fused with the row's image. */
  int fusedTokens() {
    return pictures == 0 ? 0 : (int) IntStream.range(0, length()).filter(this::isFused).count();
  }

  /** Returns the target of a position: the next position's label. */
  int target(int position) {
    return position + 1 < labels.length ? labels[position + 1] : IGNORED;
  }
}
