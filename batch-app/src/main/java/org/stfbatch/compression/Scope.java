package org.stfbatch.compression;

import java.util.OptionalInt;

/**
 * SCOPE (Deng et al. 2025, arXiv:2510.24214): keeps the patches that together cover the image best.
 * Patches are selected greedily by their gain in coverage (the sum over all patches of the
 * similarity to the nearest kept patch), weighted by the attention from CLIP's class token in the
 * tower's last block but one. Kept patches stay in spatial order; ties go to the lower index.
 *
 * @param tokens number of kept patches
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
