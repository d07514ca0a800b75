package org.stfbatch.compression;

import java.util.OptionalInt;

/**
 * Vision-token compression that needs no weights of its own: reduces the vision tokens that the
 * language model processes below those of the checkpoint's projector, or what it computes for them.
 *
 * <p>{@link DivPrune} acts after the projector, {@link FastV}, {@link LlaVolta} and {@link Yopo}
 * inside the language model, all others between CLIP and the projector. Those inside the language
 * model work with any projector, the others need LLaVA-1.5's.
 */
public sealed interface CompressionStrategy
    permits NoCompression,
        VtcCls,
        FastV,
        LlaVolta,
        Yopo,
        PruMerge,
        PruMergePlus,
        AvgPool,
        Scope,
        DivPrune {

  /**
   * A regular expression for the slash between strategies. Slashes of a path belong to it: only
   * {@link Yopo}'s heads are a path, which ends with the name of a NumPy file.
   */
  String SEPARATOR = "/(?![^,:]*\\.npy)";

  /**
   * Parses a strategy of the form {@code NAME[:OPTION=VALUE,...]}. Omitted options have their
   * defaults.
   *
   * @throws IllegalArgumentException if the name or an option is unknown or a value is out of
   *     range; the message lists what is accepted
   */
  static CompressionStrategy parse(String spec) {
    return KnownStrategy.parse(spec);
  }

  /** The strategy's name, without options. */
  String name();

  /** The strategy with every option written out, as {@link #parse} reads it. */
  String spec();

  /**
   * Returns the number of vision tokens of an image at the language model's first layer; empty if
   * it depends on the image.
   *
   * @param shape one that {@link #check} accepts
   */
  OptionalInt visionTokens(CheckpointShape shape);

  /**
   * Returns the maximum number of vision tokens of an image.
   *
   * @param shape one that {@link #check} accepts
   */
  default int mostVisionTokens(CheckpointShape shape) {
    return visionTokens(shape).orElseThrow();
  }

  /** Returns whether a prompt may have no more than one image. */
  default boolean takesOneImage() {
    return false;
  }

  /** Returns whether the strategy changes the vision tokens at all. */
  default boolean compresses() {
    return true;
  }

  /**
   * @throws IllegalArgumentException if the strategy is undefined for such a checkpoint; the
   *     message gives the reason and the cure in one sentence
   */
  void check(CheckpointShape shape);
}
