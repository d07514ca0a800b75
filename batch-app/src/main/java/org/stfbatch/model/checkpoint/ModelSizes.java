package org.stfbatch.model.checkpoint;

import org.stfbatch.model.checkpoint.NewCheckpoint.Vocabulary;

/**
 * Sizes of a new model; everything else is as in LLaVA-1.5.
 *
 * @param visionWidth channels of the tower
 * @param visionBlocks blocks of the tower, all of which are used
 * @param visionHeads attention heads of the tower
 * @param imageSize side of the square input in pixels
 * @param width hidden size of the language model
 * @param inner inner width of its MLPs
 * @param layers of the language model
 * @param heads attention heads of the language model
 * @param positions maximum sequence length in tokens
 */
public record ModelSizes(
    int visionWidth,
    int visionBlocks,
    int visionHeads,
    int imageSize,
    int width,
    int inner,
    int layers,
    int heads,
    int positions) {
  private static final int PATCH = 14;
  private static final double LAYER_NORM = 1e-5;
  private static final double RMS_NORM = 1e-5;
  private static final double ROPE_THETA = 10_000;

  public ModelSizes {
    require(visionWidth > 0 && visionHeads > 0 && visionWidth % visionHeads == 0, "visionWidth");
    require(visionBlocks > 0, "visionBlocks");
    require(imageSize > 0 && imageSize % PATCH == 0, "imageSize");
    require(width > 0 && heads > 0 && width % (2 * heads) == 0, "width");
    require(inner > 0 && layers > 0 && positions > 0, "layers");
  }

  private static void require(boolean right, String what) {
    if (!right) {
      throw new IllegalArgumentException(
          what
              + " cannot be used: widths must be multiples of their heads (of twice the heads in the language model), imageSize of "
              + PATCH
              + ", and all of them positive");
    }
  }

  ClipVisionConfig vision() {
    return new ClipVisionConfig(
        visionWidth,
        4 * visionWidth,
        visionBlocks,
        visionHeads,
        imageSize,
        PATCH,
        LAYER_NORM,
        "quick_gelu");
  }

  LlamaConfig language(Vocabulary vocabulary) {
    return new LlamaConfig(
        vocabulary.size(),
        width,
        inner,
        layers,
        heads,
        heads,
        RMS_NORM,
        ROPE_THETA,
        positions,
        vocabulary.bosTokenId(),
        vocabulary.eosTokenId());
  }
}
