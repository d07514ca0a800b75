package org.stfbatch.model;

import org.stfbatch.compression.CheckpointShape;
import org.stfbatch.compression.Yopo;

/**
 * Arguments of {@code reduce_vision} for YOPO, with the names of {@code vision_parts.py}.
 *
 * @param side vision tokens along one side of an image
 * @param radius a vision token attends to those at most so many rows and columns away
 * @param layers from this layer on, vision tokens have no values
 * @param ffn divisor of the MLP's hidden units
 * @param skips whether attention is masked before the softmax
 * @param kept [layers * heads] 1 where a head is kept; empty without reduction
 */
record VisionReduction(int side, int radius, int layers, int ffn, boolean skips, long[] kept) {
  /** No reduction. */
  static final VisionReduction NONE = new VisionReduction(0, 0, 0, 1, false, new long[0]);

  /**
   * @param shape one that {@link Yopo#check} accepts
   */
  static VisionReduction of(Yopo yopo, CheckpointShape shape) {
    long[] kept =
        yopo.heads().kept(shape).stream()
            .flatMapToLong(layer -> layer.stream().mapToLong(head -> head ? 1 : 0))
            .toArray();
    return new VisionReduction(
        shape.tokenSide(), yopo.radius(), yopo.layers(), yopo.ffn(), yopo.dropsTokens(), kept);
  }

  /** Sets it in a module, before its layers are loaded if it is the one of inference. */
  void apply(TorchModule module) {
    module.call("reduce_vision", side, radius, layers, ffn, skips, kept);
  }
}
