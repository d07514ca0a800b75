package org.stfbatch.compression;

import java.util.Arrays;
import java.util.OptionalInt;
import java.util.StringJoiner;

/**
 * YOPO (Zhang et al. 2024, arXiv:2410.06169): all vision tokens stay, and the language model
 * computes less for each. Vision tokens attend to a window of patches around them, in both
 * directions, and to the text before the image. Only kept heads give them outputs and others their
 * values; from layer {@code layers} on, no head has values of them. The MLP uses the first 1/{@code
 * ffn} of its hidden units for them.
 *
 * @param window side of the window in patches, odd; {@code attncut_w} of the authors' code
 * @param layers number of layers whose attention reads the values of vision tokens, at least 1;
 *     {@code layercut_num}
 * @param heads kept heads; the files that {@code headcut_num} selects
 * @param ffn divisor of the MLP's hidden units; {@code mlpcut_ratio}
 * @param mask where attention to vision tokens is masked
 */
public record Yopo(int window, int layers, KeptHeads heads, int ffn, Mask mask)
    implements CompressionStrategy {
  static final String WINDOW = "window";
  static final String LAYERS = "layers";
  static final String HEADS = "heads";
  static final String FFN = "ffn";
  static final String MASK = "mask";

  /** Where attention to vision tokens is masked. */
  public enum Mask {
    /**
     * As in the authors' code: weights are set to zero after the softmax, so that those of a query
     * add up to less than 1.
     */
    AFTER_SOFTMAX("after-softmax"),
    /**
     * Another function, whose cost the paper reports: masked heads do not see vision tokens, which
     * leave the sequence at layer {@code layers}.
     */
    BEFORE_SOFTMAX("before-softmax");

    private final String option;

    Mask(String option) {
      this.option = option;
    }

    /**
     * @throws IllegalArgumentException if there is no such form
     */
    static Mask named(String option) {
      return Arrays.stream(values())
          .filter(mask -> mask.option.equals(option))
          .findFirst()
          .orElseThrow(
              () ->
                  new IllegalArgumentException(
                      "yopo:mask=%s must be %s (the authors' code) or %s (what the paper counts)"
                          .formatted(option, AFTER_SOFTMAX.option, BEFORE_SOFTMAX.option)));
    }
  }

  public Yopo {
    if (window % 2 == 0) {
      throw new IllegalArgumentException(
          "yopo:window=%d must be odd, for a window around a patch: choose %d or %d"
              .formatted(window, window - 1, window + 1));
    }
  }

  static Yopo read(SpecOptions options) {
    return new Yopo(
        options.integer(WINDOW, 5, 1),
        options.integer(LAYERS, 16, 1),
        options.find(HEADS).map(Yopo::heads).orElseGet(KeptHeads.All::new),
        options.integer(FFN, 2, 1),
        options.find(MASK).map(Mask::named).orElse(Mask.AFTER_SOFTMAX));
  }

  private static KeptHeads heads(String option) {
    if (option.isBlank()) {
      throw new IllegalArgumentException(
          "yopo:heads= names no file: give heads=FILE.npy, or leave heads out to keep all");
    }
    return KeptHeads.read(option);
  }

  /** Returns how many rows and columns away a patch sees others. */
  public int radius() {
    return (window - 1) / 2;
  }

  /** Returns whether vision tokens leave the sequence at layer {@link #layers}. */
  public boolean dropsTokens() {
    return mask == Mask.BEFORE_SOFTMAX;
  }

  @Override
  public String name() {
    return "yopo";
  }

  @Override
  public String spec() {
    StringJoiner options = new StringJoiner(",", name() + ":", "");
    options.add(WINDOW + "=" + window).add(LAYERS + "=" + layers);
    heads.option(layers).ifPresent(option -> options.add(HEADS + "=" + option));
    return options.add(FFN + "=" + ffn).add(MASK + "=" + mask.option).toString();
  }

  @Override
  public boolean takesOneImage() {
    return true;
  }

  /** All of the projector's tokens. */
  @Override
  public OptionalInt visionTokens(CheckpointShape shape) {
    return OptionalInt.of(shape.projectedTokens());
  }

  @Override
  public void check(CheckpointShape shape) {
    shape.requireNoPrefusion(this);
    if (shape.tokenSide() == 0) {
      throw new IllegalArgumentException(
          "yopo needs vision tokens in rows and columns, one for each place of an image: this checkpoint makes several for each; use another strategy");
    }
    if (layers > shape.languageLayers()) {
      throw new IllegalArgumentException(
          "yopo:layers=%d is more than this language model's %d layers: choose layers=1 to %d"
              .formatted(layers, shape.languageLayers(), shape.languageLayers()));
    }
    if (ffn > shape.language().intermediateSize()) {
      throw new IllegalArgumentException(
          "yopo:ffn=%d leaves none of the MLP's %d hidden units: choose ffn=1 to %d"
              .formatted(
                  ffn, shape.language().intermediateSize(), shape.language().intermediateSize()));
    }
    heads.check(shape);
  }
}
