package org.stfbatch.compression;

import java.util.OptionalInt;

/**
 * SCOPE (Deng et al. 2025, arXiv:2510.24214): keeps the patches that together represent the image
 * best, one after the other the one that adds most to how similar each patch is to its nearest kept
 * one, weighted by the attention it has from CLIP's class token in the tower's last block but one.
 * Kept in spatial order; of equal gains, the lower index is taken.
 *
 * @param tokens kept patches
 */
public record Scope(int tokens) implements CompressionStrategy {
  @Override
  public String name() {
    return "scope";
  }

  @Override
  public String spec() {
    return "%s:tokens=%d".formatted(name(), tokens);
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
  }
}
