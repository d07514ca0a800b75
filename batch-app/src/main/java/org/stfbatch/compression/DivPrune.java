package org.stfbatch.compression;

import java.util.OptionalInt;

/**
 * DivPrune (Alvar et al. 2025, arXiv:2503.02175): keeps the projected tokens that differ most from
 * each other: first the one whose nearest other token is farthest by cosine distance, then again
 * and again the one farthest from those that are kept. Kept in spatial order; of equal distances,
 * the lower index is taken.
 *
 * @param tokens kept tokens
 */
public record DivPrune(int tokens) implements CompressionStrategy {
  @Override
  public String name() {
    return "divprune";
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
  }
}
