package org.stfbatch.model;

import ai.djl.ndarray.types.DataType;
import java.nio.ByteBuffer;
import java.util.List;
import org.stfbatch.model.Continuations.Node;
import org.stfbatch.model.TorchModule.Tensor;

/**
 * The tokens of one call as the module's input: [6, T] input id, vision index, row, column, cache
 * position in the slot, position id in the sequence; with branching continuations [7, T], including
 * the end of the descendants.
 */
final class PackedTokens {
  private static final int FIELDS = 6;
  private static final int BRANCHING_FIELDS = 7;
  private static final int CACHE_POSITION = 4;

  private final int fields;
  private final int count;
  private final ByteBuffer data;
  private int next;
  private int span;

  private PackedTokens(int fields, int count) {
    this.fields = fields;
    this.count = count;
    this.data = Tensor.allocate((long) Long.BYTES * fields * count);
  }

  static PackedTokens of(Decoding decoding, List<TokenSpan> prompts) {
    int prompted = prompts.stream().mapToInt(TokenSpan::length).sum();
    PackedTokens table = new PackedTokens(FIELDS, decoding.count() + prompted);
    for (int i = 0; i < decoding.count(); i++) {
      int position = decoding.positions()[i];
      int cachePosition = position - decoding.prefixes().get(i).length();
      table.add(decoding.tokenIds()[i], TokenSpan.TEXT, 0, 0, cachePosition, position);
    }
    for (int row = 0; row < prompts.size(); row++) {
      table.add(prompts.get(row), row);
    }
    return table;
  }

  static PackedTokens of(List<BranchingPrompt> prompts) {
    int tokens = prompts.stream().mapToInt(BranchingPrompt::tokens).sum();
    PackedTokens table = new PackedTokens(BRANCHING_FIELDS, tokens);
    for (int row = 0; row < prompts.size(); row++) {
      table.add(prompts.get(row), row);
    }
    return table;
  }

  private void add(TokenSpan prompt, int row) {
    for (int i = 0; i < prompt.length(); i++) {
      int position = prompt.offset() + i;
      add(
          prompt.tokenIds()[i],
          prompt.visionIndex()[i],
          row,
          i,
          prompt.cachePosition() + i,
          position);
    }
  }

  private void add(BranchingPrompt prompt, int row) {
    TokenSpan own = prompt.end();
    int end = own.cachePosition() + prompt.tokens();
    for (int i = 0; i < own.length(); i++) {
      int position = own.offset() + i;
      add(own.tokenIds()[i], own.visionIndex()[i], row, i, own.cachePosition() + i, position, end);
    }
    int column = own.length();
    for (Node node : prompt.continuations().nodes()) {
      int position = own.end() + node.depth();
      int last = own.cachePosition() + own.length() + node.end();
      add(
          node.tokenId(),
          TokenSpan.TEXT,
          row,
          column,
          own.cachePosition() + column,
          position,
          last);
      column++;
    }
  }

  private void add(long... values) {
    for (int field = 0; field < fields; field++) {
      data.putLong(Long.BYTES * (field * count + next), values[field]);
    }
    next++;
    span = Math.max(span, (int) values[CACHE_POSITION] + 1);
  }

  Tensor tensor() {
    return new Tensor(data, DataType.INT64, fields, count);
  }

  /** Returns the number of cache positions that attention reads: one more than the largest. */
  int span() {
    return span;
  }
}
