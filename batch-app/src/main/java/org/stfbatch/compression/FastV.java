package org.stfbatch.compression;

import java.math.BigDecimal;
import java.util.OptionalInt;

/**
 * FastV (Chen et al. 2024, arXiv:2403.06764): all vision tokens pass the first {@code layer} layers
 * of the language model. At the input of layer {@code layer}, only those are kept that the prompt's
 * last token attended to most in the layer before.
 *
 * @param layer number of layers that process all tokens; index of the first layer that does not
 * @param kept how many vision tokens are kept
 */
public record FastV(int layer, Kept kept) implements CompressionStrategy {

  /** Number of vision tokens of an image that are kept. */
  public sealed interface Kept permits Keep, Ratio {
    /**
     * @param imageTokens tokens of the image at the language model's first layer
     */
    int of(int imageTokens);

    /** Returns the option as it is written in a strategy. */
    String option();
  }

  /**
   * A fixed number of tokens.
   *
   * @param tokens at least 1
   */
  public record Keep(int tokens) implements Kept {
    @Override
    public int of(int imageTokens) {
      return tokens;
    }

    @Override
    public String option() {
      return "keep=" + tokens;
    }
  }

  /**
   * A fraction of an image's tokens.
   *
   * @param dropped the fraction that is dropped, R in the paper; from 0 to below 1
   */
  public record Ratio(double dropped) implements Kept {
    @Override
    public int of(int imageTokens) {
      // Rounds half to even, as the authors' Python code does.
      return (int) Math.rint(imageTokens * (1 - dropped));
    }

    @Override
    public String option() {
      return "ratio=" + BigDecimal.valueOf(dropped).stripTrailingZeros().toPlainString();
    }
  }

  @Override
  public String name() {
    return "fastv";
  }

  @Override
  public String spec() {
    return "%s:layer=%d,%s".formatted(name(), layer, kept.option());
  }

  @Override
  public boolean takesOneImage() {
    return true;
  }

  /** All of the projector's tokens: FastV drops them later. */
  @Override
  public OptionalInt visionTokens(CheckpointShape shape) {
    return OptionalInt.of(shape.projectedTokens());
  }

  @Override
  public void check(CheckpointShape shape) {
    shape.requireNoPrefusion(this);
    int last = shape.languageLayers() - 1;
    if (last < 1) {
      throw new IllegalArgumentException(
          "fastv drops tokens between two layers: this language model has one; use another strategy");
    }
    if (layer < 1 || layer > last) {
      throw new IllegalArgumentException(
          "fastv cannot drop tokens at layer %d: it needs the attention of the layer before and acts inside the language model's %d layers; choose layer=1 to %d"
              .formatted(layer, shape.languageLayers(), last));
    }
    int tokens = kept.of(shape.projectedTokens());
    if (tokens < 1) {
      throw new IllegalArgumentException(
          "fastv:%s keeps none of an image's %d tokens: choose a smaller ratio"
              .formatted(kept.option(), shape.projectedTokens()));
    }
    if (tokens > shape.projectedTokens()) {
      throw new IllegalArgumentException(
          "fastv cannot keep %d tokens: an image has %d with this checkpoint; choose keep=1 to %d"
              .formatted(tokens, shape.projectedTokens(), shape.projectedTokens()));
    }
  }
}
