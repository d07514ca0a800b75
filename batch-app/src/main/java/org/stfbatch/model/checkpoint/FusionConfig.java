package org.stfbatch.model.checkpoint;

import java.util.List;
import java.util.Optional;

/**
 * Token fusion: how CLIP's patch tokens become vision tokens, derived from the projectors' shapes
 * and the settings.
 *
 * @param hiddenStates indices into CLIP's {@code hidden_states} (0 is the embeddings, i the output
 *     of block i) in the order in which they are concatenated along the channels; one index without
 *     multi-block fusion, four for TokenPacker
 * @param multiBlock whether {@code mm_projector_crosslayer} fuses several blocks
 * @param spatial how neighbouring patches become tokens
 * @param trailingGelu whether both projectors end with a GELU, as in the paper's Table 1
 * @param mini LLaVA-Mini's compressor and pre-fusion, around the plain projector
 */
public record FusionConfig(
    List<Integer> hiddenStates,
    boolean multiBlock,
    SpatialFusion spatial,
    boolean trailingGelu,
    Optional<LlavaMini> mini) {

  public FusionConfig {
    hiddenStates = List.copyOf(hiddenStates);
  }

  /** Creates a configuration without LLaVA-Mini's parts. */
  public FusionConfig(
      List<Integer> hiddenStates, boolean multiBlock, SpatialFusion spatial, boolean trailingGelu) {
    this(hiddenStates, multiBlock, spatial, trailingGelu, Optional.empty());
  }

  /** Returns the number of vision tokens of one image. */
  public int visionTokens(ClipVisionConfig vision) {
    return mini.map(LlavaMini::tokens).orElseGet(() -> spatial.visionTokens(vision.grid()));
  }

  /** Returns the number of patches of one image, all its parts together. */
  public int patches(ClipVisionConfig vision) {
    return mini.map(LlavaMini::parts).orElse(1) * vision.patches();
  }

  /** Returns the number of tower blocks that are needed. */
  public int lastBlock() {
    return hiddenStates.stream().mapToInt(Integer::intValue).max().orElseThrow();
  }

  /** Returns the block that LLaVA selects, as an index into {@code hidden_states}. */
  public int selectedState() {
    boolean last = spatial.form() == SpatialFusion.Form.PACKER;
    return hiddenStates.get(last ? hiddenStates.size() - 1 : 0);
  }

  /** Returns the variant in words. */
  public String describe() {
    if (mini.isPresent()) {
      return mini.get().describe();
    }
    if (!multiBlock) {
      return switch (spatial.form()) {
        case PACKER ->
            "TokenPacker (%d blocks, scale factor %d)"
                .formatted(hiddenStates.size(), spatial.kernel());
        case NONE -> "LLaVA-1.5, no token fusion";
        case AVERAGE -> "%s, no token fusion".formatted(spatial.describe());
        case CONCAT ->
            "LLaVA-STF without multi-block fusion (%s only)".formatted(spatial.describe());
        case CONV ->
            "LLaVA-STF without multi-block fusion (%s only, the paper's form)"
                .formatted(spatial.describe());
      };
    }
    int blocks = hiddenStates.size();
    return switch (spatial.form()) {
      case PACKER -> throw new IllegalStateException("TokenPacker fuses blocks by itself");
      case NONE -> "multi-block fusion only (%d blocks, no spatial fusion)".formatted(blocks);
      case AVERAGE -> "multi-block fusion (%d blocks) and %s".formatted(blocks, spatial.describe());
      case CONCAT ->
          "LLaVA-STF, released form (%d blocks, %s, no trailing GELU)"
              .formatted(blocks, spatial.describe());
      case CONV ->
          "LLaVA-STF, the paper's form (%d blocks, %s, trailing GELU)"
              .formatted(blocks, spatial.describe());
    };
  }
}
