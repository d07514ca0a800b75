package org.stfbatch.model;

import java.util.Optional;
import org.stfbatch.compression.CompressionStrategy;
import org.stfbatch.compression.FastV;
import org.stfbatch.model.checkpoint.LlavaConfig;

/**
 * FastV's pruning of images inside the language model.
 *
 * @param layer the first layer that sees pruned images, 1 at least
 * @param keep how many tokens of an image it and the later ones see at most, 1 at least
 */
public record ImagePruning(int layer, int keep) {
  /** What a strategy prunes there, if it does. */
  public static Optional<ImagePruning> of(CompressionStrategy strategy, LlavaConfig config) {
    return strategy instanceof FastV fastV
        ? Optional.of(new ImagePruning(fastV.layer(), fastV.kept().of(config.visionTokens())))
        : Optional.empty();
  }

  /**
   * @param imageTokens tokens of an image
   * @return how many of them the later layers do not see
   */
  public int dropped(int imageTokens) {
    return imageTokens - Math.min(keep, imageTokens);
  }
}
