package org.stfbatch.model;

import java.util.stream.IntStream;

/**
 * A sequence to learn from, with every vision token at a position of its own. Rows of a batch need
 * not have the same length: nothing is computed for padding.
 *
 * @param tokenIds [L] token ids, anything where a vision token stands
 * @param visionIndex [L] {@link TokenSpan#TEXT} at text, else the vision token's number, counted
 *     over the row's own pictures
 * @param labels [L] the id that the model is to write at this position, or {@link #IGNORED}
 * @param pictures how many pictures the row has
 */
public record TrainingRow(int[] tokenIds, int[] visionIndex, int[] labels, int pictures) {
  /** The label of a position that is not learned from. */
  public static final int IGNORED = -100;

  public TrainingRow {
    if (visionIndex.length != tokenIds.length || labels.length != tokenIds.length) {
      throw new IllegalArgumentException(
          "a row of %d ids has %d vision indices and %d labels"
              .formatted(tokenIds.length, visionIndex.length, labels.length));
    }
  }

  /** The number of positions, L. */
  public int length() {
    return tokenIds.length;
  }

  /** Whether there is anything to learn. */
  public boolean teaches() {
    return targets() > 0;
  }

  /** How many positions are learned from. */
  public int targets() {
    return (int) IntStream.range(1, labels.length).filter(i -> labels[i] != IGNORED).count();
  }

  /** What is to follow on a position: the next one's label. */
  int target(int position) {
    return position + 1 < labels.length ? labels[position + 1] : IGNORED;
  }
}
