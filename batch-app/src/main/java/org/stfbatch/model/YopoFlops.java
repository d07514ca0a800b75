package org.stfbatch.model;

import java.util.stream.IntStream;
import org.stfbatch.compression.CheckpointShape;
import org.stfbatch.compression.KeptHeads;
import org.stfbatch.compression.Yopo;
import org.stfbatch.model.checkpoint.LlamaConfig;

/**
 * Counts the floating-point operations that YOPO leaves for vision tokens, by the conventions of
 * {@link ModelFlops}.
 *
 * <p>If weights are masked after the softmax, every layer needs the keys of vision tokens, and all
 * but the last one what leads to the next layer's. If attention is masked before, only the layers
 * below {@link Yopo#layers} process vision tokens, which need kept heads alone.
 */
final class YopoFlops {
  private final Yopo yopo;
  private final LlamaConfig language;
  private final CheckpointShape shape;

  YopoFlops(Yopo yopo, LlamaConfig language, CheckpointShape shape) {
    this.yopo = yopo;
    this.language = language;
    this.shape = shape;
  }

  /**
   * Returns the operations of an image's tokens in all layers, with their attention to each other
   * and without that to the text before them and without the output layer.
   */
  double visionTokens(int image) {
    return 2 * weights() * image + attention() * pairs(image);
  }

  /** Returns the share that is left of the operations of as many text tokens in all layers. */
  double share() {
    int tokens = shape.projectedTokens();
    double layer =
        2 * language.layerWeights() * tokens
            + ModelFlops.keyOfLayer(language) * tokens * (tokens + 1) / 2;
    return visionTokens(tokens) / (language.numHiddenLayers() * layer);
  }

  /** Returns the number of weights that one vision token is multiplied with in all layers. */
  double weights() {
    double width = language.hiddenSize();
    double keys = width * language.keyValueSize();
    double outputs = 2 * width * width; // queries and output projection
    double inner = 3 * width * (language.intermediateSize() / yopo.ffn());
    if (yopo.dropsTokens()) {
      return below() * (outputs + 2 * keys) + yopo.layers() * inner;
    }
    int layers = language.numHiddenLayers();
    return layers * keys
        + below() * keys
        + (below() + above() - last()) * outputs
        + (layers - 1) * inner;
  }

  /**
   * Returns the operations of one vision token for another one in all layers: its score and, where
   * there are values, its value's share.
   */
  private double attention() {
    double score = 2.0 * language.hiddenSize();
    if (yopo.dropsTokens()) {
      return 2 * score * below();
    }
    boolean lastHasValues = yopo.layers() == language.numHiddenLayers();
    double valued = lastHasValues ? below() - last() : below();
    return score * (below() + above() - last()) + score * valued;
  }

  /** Returns the pairs of tokens in each other's window; a truncated image counts in proportion. */
  private double pairs(int image) {
    int side = shape.tokenSide();
    double line =
        IntStream.range(0, side)
            .map(i -> Math.min(side - 1, i + yopo.radius()) - Math.max(0, i - yopo.radius()) + 1)
            .sum();
    return line * line * image / (side * side);
  }

  /** Kept heads as numbers of whole layers. */
  private double below() {
    return (double) counted().below() / language.numAttentionHeads();
  }

  private double above() {
    return (double) counted().above() / language.numAttentionHeads();
  }

  private double last() {
    return (double) counted().last() / language.numAttentionHeads();
  }

  private KeptHeads.Count counted() {
    return yopo.heads().count(yopo.layers(), shape);
  }
}
