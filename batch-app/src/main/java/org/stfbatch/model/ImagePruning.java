package org.stfbatch.model;

import java.util.Optional;
import org.stfbatch.compression.CompressionStrategy;
import org.stfbatch.compression.FastV;
import org.stfbatch.model.checkpoint.LlavaConfig;

/**
 * FastV's pruning of images inside the language model.
 *
 * @param layer index of the first layer that processes pruned images, at least 1
 * @param keep maximum number of tokens of an image from this layer on, at least 1
 */
public record ImagePruning(int layer, int keep) {
  /** Returns the pruning of a strategy, if it prunes inside the language model. */
  public static Optional<ImagePruning> of(CompressionStrategy strategy, LlavaConfig config) {
    return strategy instanceof FastV fastV
        ? Optional.of(new ImagePruning(fastV.layer(), fastV.kept().of(config.visionTokens())))
        : Optional.empty();
  }

  /**
   * @param imageTokens tokens of an image
   * @return number of pruned tokens
   */
  public int dropped(int imageTokens) {
    return imageTokens - Math.min(keep, imageTokens);
  }
}
