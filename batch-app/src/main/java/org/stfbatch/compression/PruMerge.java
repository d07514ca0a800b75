package org.stfbatch.compression;

import java.util.OptionalInt;

/**
 * LLaVA-PruMerge (Shang et al. 2024, arXiv:2403.15388): keeps the patches whose attention from
 * CLIP's class token is an outlier, merges into each the 32 patches with the most similar keys,
 * weighted by their attention, and appends one token that merges all dropped patches. The number of
 * kept patches depends on the image and is at least one. Tokens are ordered by attention; ties go
 * to the lower index.
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

  /**
   * Outliers are above the third quartile, so at most a quarter of the patches; one token merges
   * the rest.
   */
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
