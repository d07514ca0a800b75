package org.stfbatch.model.checkpoint;

import java.util.List;

/**
 * How CLIP's patch tokens become vision tokens, as the shapes of the projectors tell.
 *
 * @param hiddenStates indices into CLIP's {@code hidden_states} (0 is the embeddings, i the output
 *     of block i) in the order in which they are concatenated along the channels; one index without
 *     multi-block fusion
 * @param multiBlock whether {@code mm_projector_crosslayer} fuses several blocks
 * @param spatial how 2x2 patches become one token
 * @param trailingGelu whether both projectors end with a GELU, as in the paper's Table 1
 */
public record FusionConfig(
    List<Integer> hiddenStates, boolean multiBlock, Spatial spatial, boolean trailingGelu) {

  /** How 2x2 neighbouring patches become one token. */
  public enum Spatial {
    /** Not at all: one token a patch. */
    NONE,
    /**
     * Their channels are concatenated, channel-major, and {@code mm_projector} is a two-layer
     * perceptron.
     */
    CONCAT,
    /** {@code mm_projector.0} is a convolution with a 2x2 kernel and stride 2. */
    CONV
  }

  public FusionConfig {
    hiddenStates = List.copyOf(hiddenStates);
  }

  /** The number of tokens that one image becomes for the language model. */
  public int visionTokens(ClipVisionConfig vision) {
    return spatial == Spatial.NONE ? vision.patches() : vision.patches() / 4;
  }

  /** The variant in words. */
  public String describe() {
    if (!multiBlock) {
      return switch (spatial) {
        case NONE -> "LLaVA-1.5, no token fusion";
        case CONCAT -> "LLaVA-STF without multi-block fusion (2x2 concatenation only)";
        case CONV ->
            "LLaVA-STF without multi-block fusion (2x2 convolution only, the paper's form)";
      };
    }
    return switch (spatial) {
      case NONE ->
          "multi-block fusion only (%d blocks, no spatial fusion)".formatted(hiddenStates.size());
      case CONCAT ->
          "LLaVA-STF, released form (%d blocks, 2x2 concatenation, no trailing GELU)"
              .formatted(hiddenStates.size());
      case CONV ->
          "LLaVA-STF, the paper's form (%d blocks, 2x2 convolution, trailing GELU)"
              .formatted(hiddenStates.size());
    };
  }
}
