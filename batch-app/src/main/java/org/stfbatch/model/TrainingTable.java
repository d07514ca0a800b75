package org.stfbatch.model;

import ai.djl.ndarray.types.DataType;
import java.nio.ByteBuffer;
import java.util.List;
import org.stfbatch.model.TorchModule.Tensor;

/**
 * The tokens of a batch as the module's input: [5, T] input id, vision index, row, column, target.
 */
final class TrainingTable {
  private static final int FIELDS = 5;

  private final int count;
  private final int tokensPerPicture;
  private final ByteBuffer data;
  private int next;
  private int firstVisionToken;

  private TrainingTable(int count, int tokensPerPicture) {
    this.count = count;
    this.tokensPerPicture = tokensPerPicture;
    this.data = Tensor.allocate((long) Long.BYTES * FIELDS * count);
  }

  static Tensor of(List<TrainingRow> rows, int tokensPerPicture) {
    int count = rows.stream().mapToInt(TrainingRow::length).sum();
    TrainingTable table = new TrainingTable(count, tokensPerPicture);
    for (int row = 0; row < rows.size(); row++) {
      table.add(rows.get(row), row);
    }
    return new Tensor(table.data, DataType.INT64, FIELDS, count);
  }

  private void add(TrainingRow row, int number) {
    for (int i = 0; i < row.length(); i++) {
      int vision = row.visionIndex()[i];
      int index = vision == TokenSpan.TEXT ? vision : firstVisionToken + vision;
      add(row.tokenIds()[i], index, number, i, row.target(i));
    }
    firstVisionToken += row.pictures() * tokensPerPicture;
  }

  private void add(long... fields) {
    for (int field = 0; field < FIELDS; field++) {
      data.putLong(Long.BYTES * (field * count + next), fields[field]);
    }
    next++;
  }
}
