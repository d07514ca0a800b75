package org.stfbatch.model;

import java.util.List;

/**
 * Whole prompts to be run together, one a row.
 *
 * @param rows the prompts
 */
public record PromptBatch(List<Row> rows) {
  /** Marks a position of {@link Row#visionIndex} where text stands. */
  public static final int TEXT = -1;

  /**
   * One prompt, every vision token a position of its own.
   *
   * @param slot the slot that will hold its keys and values
   * @param tokenIds [L] token ids; ignored where a vision token stands
   * @param visionIndex [L] {@link #TEXT}, or the row of {@link VisionTokens} that stands there
   */
  public record Row(int slot, int[] tokenIds, int[] visionIndex) {
    public Row {
      if (tokenIds.length != visionIndex.length || tokenIds.length == 0) {
        throw new IllegalArgumentException(
            "a prompt needs as many vision indices as token ids, and one at least");
      }
    }

    int length() {
      return tokenIds.length;
    }
  }

  public PromptBatch {
    rows = List.copyOf(rows);
  }

  int[] slots() {
    return rows.stream().mapToInt(Row::slot).toArray();
  }

  int[] lengths() {
    return rows.stream().mapToInt(Row::length).toArray();
  }

  /** [B, L] token ids, padded at the end. */
  int[][] tokenIds() {
    int longest = longest();
    return rows.stream().map(row -> padded(row.tokenIds(), longest, 0)).toArray(int[][]::new);
  }

  /** [B, L] vision indices, padded at the end. */
  int[][] visionIndices() {
    int longest = longest();
    return rows.stream().map(row -> padded(row.visionIndex(), longest, TEXT)).toArray(int[][]::new);
  }

  private int longest() {
    return rows.stream().mapToInt(Row::length).max().orElse(0);
  }

  private static int[] padded(int[] values, int length, int padding) {
    int[] padded = java.util.Arrays.copyOf(values, length);
    java.util.Arrays.fill(padded, values.length, length, padding);
    return padded;
  }
}
