package org.stfbatch.compression;

import java.util.OptionalInt;

/**
 * DivPrune (Alvar et al. 2025, arXiv:2503.02175): keeps the most diverse projected tokens by
 * max-min selection over cosine distances. The first kept token is the one whose nearest other
 * token is farthest away; each further one is the token farthest from all kept tokens. Kept tokens
 * stay in spatial order; ties go to the lower index.
 *
 * @param tokens number of kept tokens
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
