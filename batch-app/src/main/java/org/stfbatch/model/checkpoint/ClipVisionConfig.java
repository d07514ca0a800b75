package org.stfbatch.model.checkpoint;

/**
 * Configuration of the vision tower, with the names of Hugging Face's {@code CLIPVisionConfig}.
 *
 * @param imageSize the side of the square input in pixels
 * @param patchSize the side of a patch in pixels
 * @param hiddenAct {@code quick_gelu} or {@code gelu}
 */
public record ClipVisionConfig(
    int hiddenSize,
    int intermediateSize,
    int numHiddenLayers,
    int numAttentionHeads,
    int imageSize,
    int patchSize,
    double layerNormEps,
    String hiddenAct) {

  /** openai/clip-vit-large-patch14-336, the tower of LLaVA-1.5. */
  static final ClipVisionConfig LARGE_336 =
      new ClipVisionConfig(1024, 4096, 24, 16, 336, 14, 1e-5, "quick_gelu");

  /** Returns the number of patches along one side. */
  public int grid() {
    return imageSize / patchSize;
  }

  /** Returns the number of patch tokens of an image, without the class token. */
  public int patches() {
    return grid() * grid();
  }
}
