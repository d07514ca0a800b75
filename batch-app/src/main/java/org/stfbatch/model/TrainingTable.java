package org.stfbatch.model;

import ai.djl.ndarray.types.DataType;
import java.nio.ByteBuffer;
import java.util.List;
import org.stfbatch.model.TorchModule.Tensor;

/**
 * The tokens of a batch as the module's input: [5, T] input id, vision index, row, column, target;
 * for LLaVA-Mini [7, T], with the image of the token's row and the token's number among those that
 * are fused with it, each -1 if there is none. The tokens of a prompt are fused, those of answers
 * and padding are not.
 */
final class TrainingTable {
  private static final int FIELDS = 5;
  private static final int FUSED_FIELDS = 7;
  private static final int NONE = -1;

  private final int fields;
  private final int count;
  private final int tokensPerPicture;
  private final ByteBuffer data;
  private int next;
  private int firstVisionToken;
  private int firstPicture;

  private TrainingTable(int fields, int count, int tokensPerPicture) {
    this.fields = fields;
    this.count = count;
    this.tokensPerPicture = tokensPerPicture;
    this.data = Tensor.allocate((long) Long.BYTES * fields * count);
  }

  static Tensor of(List<TrainingRow> rows, int tokensPerPicture) {
    return of(FIELDS, rows, tokensPerPicture);
  }

  /**
   * Returns the table for LLaVA-Mini.
   *
   * @param rows with at most one image each
   */
  static Tensor fused(List<TrainingRow> rows, int tokensPerPicture) {
    return of(FUSED_FIELDS, rows, tokensPerPicture);
  }

  private static Tensor of(int fields, List<TrainingRow> rows, int tokensPerPicture) {
    int count = rows.stream().mapToInt(TrainingRow::length).sum();
    TrainingTable table = new TrainingTable(fields, count, tokensPerPicture);
    for (int row = 0; row < rows.size(); row++) {
      table.add(rows.get(row), row);
    }
    return new Tensor(table.data, DataType.INT64, fields, count);
  }

  private void add(TrainingRow row, int number) {
    int picture = row.pictures() == 0 ? NONE : firstPicture;
    int fused = 0;
    for (int i = 0; i < row.length(); i++) {
      int vision = row.visionIndex()[i];
      int index = vision == TokenSpan.TEXT ? vision : firstVisionToken + vision;
      boolean isFused = picture != NONE && row.isFused(i);
      add(row.tokenIds()[i], index, number, i, row.target(i), picture, isFused ? fused : NONE);
      fused += isFused ? 1 : 0;
    }
    firstPicture += row.pictures();
    firstVisionToken += row.pictures() * tokensPerPicture;
  }

  private void add(long... values) {
    for (int field = 0; field < fields; field++) {
      data.putLong(Long.BYTES * (field * count + next), values[field]);
    }
    next++;
  }
}
