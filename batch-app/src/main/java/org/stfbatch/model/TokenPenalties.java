package org.stfbatch.model;

import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.stfbatch.model.TorchModule.Tensor;

/**
 * Penalties on the logits of the next tokens of a step, as lists of the tokens that they concern.
 *
 * @param rows number of rows of the step; 0 if no row has penalties
 * @param penalized the rows with penalties
 */
public record TokenPenalties(int rows, List<Row> penalized) {
  /** No penalties in any row. */
  public static final TokenPenalties NONE = new TokenPenalties(0, List.of());

  public TokenPenalties {
    penalized = List.copyOf(penalized);
  }

  /**
   * The penalties of one row.
   *
   * @param row index of the row
   * @param repetition divides positive logits of {@code tokens}, multiplies negative ones
   * @param frequency subtracted from the logits of {@code tokens}, {@code counts} times
   * @param presence subtracted from the logits of the {@code tokens} whose count is not 0
   * @param tokens distinct token ids
   * @param counts of each of them, occurrences in the answer; 0 for a token of the prompt alone
   * @param banned ids of tokens that must not be selected
   */
  public record Row(
      int row,
      float repetition,
      float frequency,
      float presence,
      int[] tokens,
      int[] counts,
      int[] banned) {}

  /** Returns [3, R] float32: repetition, frequency and presence penalty of each row. */
  Tensor factors() {
    float[] factors = new float[3 * rows];
    for (int row = 0; row < rows; row++) {
      factors[row] = 1;
    }
    for (Row one : penalized) {
      factors[one.row] = one.repetition;
      factors[rows + one.row] = one.frequency;
      factors[2 * rows + one.row] = one.presence;
    }
    return Tensor.float32(factors, 3, rows);
  }

  /** Returns [3, E] int64: row, token and count of each penalized token. */
  Tensor seen() {
    return Tensor.int64(
        new int[][] {rowsOf(Row::tokens), joined(Row::tokens), joined(Row::counts)});
  }

  /** Returns [2, B] int64: row and token of each banned token. */
  Tensor banned() {
    return Tensor.int64(new int[][] {rowsOf(Row::banned), joined(Row::banned)});
  }

  private int[] rowsOf(Function<Row, int[]> list) {
    int[] filled = new int[length(list)];
    int at = 0;
    for (Row one : penalized) {
      int end = at + list.apply(one).length;
      Arrays.fill(filled, at, end, one.row);
      at = end;
    }
    return filled;
  }

  private int[] joined(Function<Row, int[]> list) {
    int[] joined = new int[length(list)];
    int at = 0;
    for (Row one : penalized) {
      int[] part = list.apply(one);
      System.arraycopy(part, 0, joined, at, part.length);
      at += part.length;
    }
    return joined;
  }

  private int length(Function<Row, int[]> list) {
    return penalized.stream().mapToInt(one -> list.apply(one).length).sum();
  }
}
