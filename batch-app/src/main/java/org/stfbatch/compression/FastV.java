package org.stfbatch.compression;

import java.math.BigDecimal;
import java.util.OptionalInt;

/**
 * FastV (Chen et al. 2024, arXiv:2403.06764): all vision tokens pass the language model's first
 * layers; at the input of layer {@code layer}, those stay that the prompt's last token attended to
 * most in the layer before.
 *
 * @param layer layers that see all tokens; the index of the first one that does not
 * @param kept how many stay
 */
public record FastV(int layer, Kept kept) implements CompressionStrategy {

  /** How many vision tokens of an image stay. */
  public sealed interface Kept permits Keep, Ratio {
    /**
     * @param imageTokens tokens of the image at the language model's first layer
     */
    int of(int imageTokens);

    /** The option that says so. */
    String option();
  }

  /**
   * A number of tokens.
   *
   * @param tokens 1 at least
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
   * A share of an image's tokens.
   *
   * @param dropped the share that does not stay, R of the paper; from 0 to below 1
   */
  public record Ratio(double dropped) implements Kept {
    @Override
    public int of(int imageTokens) {
      // As the authors' Python does, halves go to the even number.
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

  /** All of the projector's: they are dropped later. */
  @Override
  public OptionalInt visionTokens(CheckpointShape shape) {
    return OptionalInt.of(shape.projectedTokens());
  }

  @Override
  public void check(CheckpointShape shape) {
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
