package org.stfbatch.compression;

import java.util.OptionalInt;

/**
 * VTC-CLS (Wang et al. 2024, arXiv:2412.05819): keeps the patches that CLIP's class token attends
 * to most, in spatial order. A patch's score is the attention of the class token, averaged over the
 * heads and summed over the tower's blocks from {@code layer} to the last but one. Ties go to the
 * lower index.
 *
 * @param layer first of these blocks, from 0
 * @param tokens number of kept patches
 */
public record VtcCls(int layer, int tokens) implements CompressionStrategy {
  @Override
  public String name() {
    return "vtc-cls";
  }

  @Override
  public String spec() {
    return "%s:layer=%d,tokens=%d".formatted(name(), layer, tokens);
  }

  @Override
  public OptionalInt visionTokens(CheckpointShape shape) {
    return OptionalInt.of(tokens);
  }

  @Override
  public void check(CheckpointShape shape) {
    shape.requireStockProjector(this);
    shape.requirePatches(this, tokens);
    shape.requireTwoBlocks(this);
    int last = shape.towerBlocks() - 2;
    if (layer > last) {
      throw new IllegalArgumentException(
          "%s:layer=%d leaves no block to read: it sums the attention of the vision tower's blocks from layer to %d, the last but one; choose layer=0 to %d"
              .formatted(name(), layer, last, last));
    }
  }
}
