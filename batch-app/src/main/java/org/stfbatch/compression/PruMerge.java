package org.stfbatch.compression;

import java.util.OptionalInt;

/**
 * LLaVA-PruMerge (Shang et al. 2024, arXiv:2403.15388): keeps the patches whose attention from
 * CLIP's class token is an outlier, adds to each the 32 patches with the most similar keys,
 * weighted by their attention, and appends one token of all that were dropped. How many are kept
 * depends on the image; one at least. They are ordered by attention, of equal ones the lower index
 * first.
 */
public record PruMerge() implements CompressionStrategy {
  @Override
  public String name() {
    return "prumerge";
  }

  @Override
  public String spec() {
    return name();
  }

  @Override
  public OptionalInt visionTokens(CheckpointShape shape) {
    return OptionalInt.empty();
  }

  /** Outliers lie above the third quartile; one token more is made of the rest. */
  @Override
  public int mostVisionTokens(CheckpointShape shape) {
    int last = shape.patches() - 1;
    int outliers = last - 3 * last / 4;
    return Math.max(1, outliers) + 1;
  }

  @Override
  public void check(CheckpointShape shape) {
    shape.requireStockProjector(this);
  }
}
