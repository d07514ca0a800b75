package org.stfbatch.model;

import ai.djl.ndarray.types.DataType;
import java.nio.ByteBuffer;
import java.util.List;
import org.stfbatch.model.TorchModule.Tensor;

/**
 * The tokens of one call, laid out as the module takes them: [5, T] input id, vision index, row,
 * column, position.
 */
final class TokenTable {
  private static final int FIELDS = 5;

  private final int count;
  private final ByteBuffer data;
  private int next;
  private int span;

  private TokenTable(int count) {
    this.count = count;
    this.data = Tensor.allocate((long) Long.BYTES * FIELDS * count);
  }

  static TokenTable of(Decoding decoding, List<TokenSpan> prompts) {
    int prompted = prompts.stream().mapToInt(TokenSpan::length).sum();
    TokenTable table = new TokenTable(decoding.count() + prompted);
    for (int i = 0; i < decoding.count(); i++) {
      table.add(decoding.tokenIds()[i], TokenSpan.TEXT, 0, 0, decoding.positions()[i]);
    }
    for (int row = 0; row < prompts.size(); row++) {
      table.add(prompts.get(row), row);
    }
    return table;
  }

  private void add(TokenSpan prompt, int row) {
    for (int i = 0; i < prompt.length(); i++) {
      add(prompt.tokenIds()[i], prompt.visionIndex()[i], row, i, prompt.offset() + i);
    }
  }

  private void add(long... fields) {
    for (int field = 0; field < FIELDS; field++) {
      data.putLong(Long.BYTES * (field * count + next), fields[field]);
    }
    next++;
    span = Math.max(span, (int) fields[FIELDS - 1] + 1);
  }

  Tensor tensor() {
    return new Tensor(data, DataType.INT64, FIELDS, count);
  }

  /** How many positions must be looked at: one more than the largest. */
  int span() {
    return span;
  }
}
