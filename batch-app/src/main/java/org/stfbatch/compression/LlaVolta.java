package org.stfbatch.compression;

import java.util.OptionalInt;

/**
 * LLaVolta (Chen et al. 2024, arXiv:2406.20092): at the input of layer {@code layer} of the
 * language model, each {@code stride} vision tokens that follow each other become their mean.
 *
 * @param layer number of layers that process all tokens; -1: the tokens are pooled after the
 *     projector and take consecutive positions
 * @param stride tokens of a mean
 */
public record LlaVolta(int layer, int stride) implements CompressionStrategy {
  /** The layer that stands for the projector's output. */
  public static final int AFTER_PROJECTOR = -1;

  @Override
  public String name() {
    return "llavolta";
  }

  @Override
  public String spec() {
    return "%s:layer=%d,stride=%d".formatted(name(), layer, stride);
  }

  /** Returns whether the tokens are pooled inside the language model. */
  public boolean actsInside() {
    return layer != AFTER_PROJECTOR;
  }

  @Override
  public boolean takesOneImage() {
    return actsInside();
  }

  /**
   * @param imageTokens tokens of the image
   * @return tokens after pooling; what is left of an incomplete window is dropped
   */
  public int pooled(int imageTokens) {
    return imageTokens / stride;
  }

  @Override
  public OptionalInt visionTokens(CheckpointShape shape) {
    int tokens = shape.projectedTokens();
    return OptionalInt.of(actsInside() ? tokens : pooled(tokens));
  }

  @Override
  public void check(CheckpointShape shape) {
    shape.requireNoPrefusion(this);
    if (layer >= shape.languageLayers()) {
      throw new IllegalArgumentException(
          "llavolta cannot pool tokens at layer %d: this language model has %d layers; choose layer=0 to %d, or -1 for before the language model"
              .formatted(layer, shape.languageLayers(), shape.languageLayers() - 1));
    }
    if (stride > shape.projectedTokens()) {
      throw new IllegalArgumentException(
          "llavolta:stride=%d leaves none of an image's %d tokens: choose stride=1 to %d"
              .formatted(stride, shape.projectedTokens(), shape.projectedTokens()));
    }
  }
}
