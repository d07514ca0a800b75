package org.stfbatch.model.checkpoint;

import org.stfbatch.compression.CheckpointShape;

/**
 * All that a model needs to know of its checkpoint apart from the weights.
 *
 * @param tokenizerModelMaxLength the number of tokens, vision tokens included, at which LLaVA cuts
 *     a prompt; the language model's {@code maxPositionEmbeddings} if the checkpoint does not say
 * @param torchDtype the element type that {@code config.json} names, or that of the language
 *     model's weights
 */
public record LlavaConfig(
    LlamaConfig language,
    ClipVisionConfig vision,
    FusionConfig fusion,
    ImageProcessing image,
    int tokenizerModelMaxLength,
    String torchDtype) {

  /** The number of tokens that the projector makes of one image. */
  public int visionTokens() {
    return fusion.visionTokens(vision);
  }

  /** What compression strategies ask of it. */
  public CheckpointShape shape() {
    boolean stockProjector = !fusion.multiBlock() && fusion.spatial().equals(SpatialFusion.NONE);
    return new CheckpointShape(
        vision.grid(),
        vision.numHiddenLayers(),
        stockProjector,
        visionTokens(),
        language.numHiddenLayers());
  }
}
