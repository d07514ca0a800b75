package org.stfbatch.compression;

import org.stfbatch.base.Plural;

/**
 * Properties of a checkpoint that decide which compression strategies apply to it.
 *
 * @param grid patches along one side of the image
 * @param towerBlocks blocks of the CLIP tower, including those that LLaVA does not use
 * @param stockProjector whether the projector is LLaVA-1.5's, which turns each patch of one CLIP
 *     block into one token
 * @param projectedTokens vision tokens of an image after the checkpoint's own projector
 * @param tokenSide vision tokens along one side of the image, if the projector makes one of each
 *     place, row by row; otherwise 0
 * @param prefused whether layers before the language model fuse image and text, as LLaVA-Mini's
 * @param language the language model
 */
public record CheckpointShape(
    int grid,
    int towerBlocks,
    boolean stockProjector,
    int projectedTokens,
    int tokenSide,
    boolean prefused,
    LanguageShape language) {

  /** Returns the number of layers of the language model. */
  int languageLayers() {
    return language.layers();
  }

  /** Returns the number of patches of an image. */
  public int patches() {
    return grid * grid;
  }

  /**
   * @param strategy one that acts before the projector
   * @throws IllegalArgumentException if the projector is not LLaVA-1.5's
   */
  void requireStockProjector(CompressionStrategy strategy) {
    requireNoPrefusion(strategy);
    if (!stockProjector) {
      throw new IllegalArgumentException(
          "%s needs LLaVA-1.5's projector: this checkpoint fuses blocks or neighbouring patches of the %dx%d grid, which %s would break up; use fastv, llavolta or yopo, or a LLaVA-1.5 checkpoint"
              .formatted(strategy.name(), grid, grid, strategy.name()));
    }
  }

  /**
   * @throws IllegalArgumentException if image and text are fused before the language model
   */
  void requireNoPrefusion(CompressionStrategy strategy) {
    if (prefused) {
      throw new IllegalArgumentException(
          "%s cannot be used with LLaVA-Mini, which already compresses an image to %s and fuses it with the text: leave the strategy out"
              .formatted(strategy.name(), Plural.of(projectedTokens, "token")));
    }
  }

  /**
   * @param tokens that {@code strategy} is to keep
   * @throws IllegalArgumentException if there are fewer patches
   */
  void requirePatches(CompressionStrategy strategy, int tokens) {
    if (tokens > patches()) {
      throw new IllegalArgumentException(
          "%s cannot keep %d tokens: an image has %d patches; choose tokens=1 to %d"
              .formatted(strategy.name(), tokens, patches(), patches()));
    }
  }

  /**
   * @throws IllegalArgumentException if the tower has no block before its last one
   */
  void requireTwoBlocks(CompressionStrategy strategy) {
    if (towerBlocks < 2) {
      throw new IllegalArgumentException(
          "%s reads the attention of the vision tower's last block but one: this tower has %d; use another strategy"
              .formatted(strategy.name(), towerBlocks));
    }
  }
}
