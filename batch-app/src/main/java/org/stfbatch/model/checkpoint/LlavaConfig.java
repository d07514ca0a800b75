package org.stfbatch.model.checkpoint;

import org.stfbatch.compression.CheckpointShape;
import org.stfbatch.compression.LanguageShape;

/**
 * Configuration of a checkpoint's model.
 *
 * @param tokenizerModelMaxLength number of tokens, including vision tokens, at which LLaVA
 *     truncates a prompt; the language model's {@code maxPositionEmbeddings} if the checkpoint does
 *     not specify it
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

  /** Returns the same configuration with another language model. */
  public LlavaConfig with(LlamaConfig other) {
    return new LlavaConfig(other, vision, fusion, image, tokenizerModelMaxLength, torchDtype);
  }

  /** Returns the number of vision tokens of one image after the projector. */
  public int visionTokens() {
    return fusion.visionTokens(vision);
  }

  /** Returns the number of features of an image: those of the selected blocks, before fusion. */
  public int featuresPerPicture() {
    return fusion.patches(vision) * fusion.hiddenStates().size() * vision.hiddenSize();
  }

  /** Returns its properties for compression strategies. */
  public CheckpointShape shape() {
    boolean stockProjector =
        !fusion.multiBlock()
            && fusion.spatial().equals(SpatialFusion.NONE)
            && fusion.mini().isEmpty();
    return new CheckpointShape(
        vision.grid(),
        vision.numHiddenLayers(),
        stockProjector,
        visionTokens(),
        fusion.spatial().tokens() == 1 ? vision.grid() / fusion.spatial().kernel() : 0,
        fusion.mini().isPresent(),
        new LanguageShape(
            language.numHiddenLayers(),
            language.numAttentionHeads(),
            language.numKeyValueHeads(),
            language.intermediateSize()));
  }
}
