package org.stfbatch.compression;

import java.util.OptionalInt;

/**
 * A way to give the language model fewer vision tokens than the checkpoint's projector makes,
 * without training.
 *
 * <p>All but {@link NoCompression} and {@link FastV} act between CLIP and the projector and need
 * LLaVA-1.5's projector; FastV acts inside the language model.
 */
public sealed interface CompressionStrategy
    permits NoCompression, VtcCls, FastV, PruMerge, PruMergePlus, AvgPool, Scope, DivPrune {

  /**
   * Reads a strategy as people write it, {@code NAME[:OPTION=VALUE,...]}; options that are left out
   * have their defaults.
   *
   * @throws IllegalArgumentException saying what exists, if the name or an option is unknown; or
   *     which values an option takes
   */
  static CompressionStrategy parse(String spec) {
    return KnownStrategy.parse(spec);
  }

  /** The strategy's name, without options. */
  String name();

  /** The strategy with every option written out, as {@link #parse} reads it. */
  String spec();

  /**
   * Vision tokens that an image becomes for the language model's first layer; empty if that depends
   * on the image.
   *
   * @param shape one that {@link #check} accepts
   */
  OptionalInt visionTokens(CheckpointShape shape);

  /**
   * Vision tokens that an image becomes at most.
   *
   * @param shape one that {@link #check} accepts
   */
  default int mostVisionTokens(CheckpointShape shape) {
    return visionTokens(shape).orElseThrow();
  }

  /** Whether there is anything that it does. */
  default boolean compresses() {
    return true;
  }

  /**
   * @throws IllegalArgumentException saying why this is undefined for such a checkpoint and what to
   *     do, in one sentence
   */
  void check(CheckpointShape shape);
}
