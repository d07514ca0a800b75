package org.stfbatch.model;

import java.util.Optional;
import org.stfbatch.compression.CompressionStrategy;
import org.stfbatch.compression.FastV;
import org.stfbatch.compression.LlaVolta;
import org.stfbatch.compression.Yopo;
import org.stfbatch.model.checkpoint.LlavaConfig;

/**
 * Reduction of images inside the language model: FastV's selection or LLaVolta's pooling of tokens,
 * or the end of all of an image's tokens in YOPO's form that masks before the softmax.
 *
 * @param layer index of the first layer that processes reduced images
 * @param keep maximum number of tokens of an image from this layer on; 0 if none remains
 * @param stride tokens that are pooled into one; 0 where tokens are selected
 */
public record ImagePruning(int layer, int keep, int stride) {
  /** Returns FastV's selection of tokens. */
  public static ImagePruning selecting(int layer, int keep) {
    return new ImagePruning(layer, keep, 0);
  }

  /** Returns the pruning of a strategy, if it prunes inside the language model. */
  public static Optional<ImagePruning> of(CompressionStrategy strategy, LlavaConfig config) {
    if (strategy instanceof FastV fastV) {
      return Optional.of(selecting(fastV.layer(), fastV.kept().of(config.visionTokens())));
    }
    if (strategy instanceof Yopo yopo && yopo.dropsTokens()) {
      return Optional.of(selecting(yopo.layers(), 0));
    }
    return strategy instanceof LlaVolta pool && pool.actsInside()
        ? Optional.of(
            new ImagePruning(pool.layer(), pool.pooled(config.visionTokens()), pool.stride()))
        : Optional.empty();
  }

  /** Returns whether tokens are pooled, not selected. */
  public boolean pools() {
    return stride > 0;
  }

  /**
   * @param imageTokens tokens of an image
   * @return number of pruned tokens
   */
  public int dropped(int imageTokens) {
    return imageTokens - (pools() ? imageTokens / stride : Math.min(keep, imageTokens));
  }
}
