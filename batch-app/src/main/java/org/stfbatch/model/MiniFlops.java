package org.stfbatch.model;

import org.stfbatch.model.checkpoint.LlamaConfig;
import org.stfbatch.model.checkpoint.LlavaConfig;
import org.stfbatch.model.checkpoint.LlavaMini;
import org.stfbatch.model.checkpoint.TensorNames;

/**
 * Counts the floating-point operations of LLaVA-Mini between the vision tower and the language
 * model, by the rules of {@link ModelFlops}.
 */
final class MiniFlops {
  private final LlamaConfig language;
  private final LlavaMini mini;
  private final double width;
  private final double patches;
  private final double rows;

  /**
   * @param config of a LLaVA-Mini
   */
  MiniFlops(LlavaConfig config) {
    language = config.language();
    mini = config.fusion().mini().orElseThrow();
    width = config.vision().hiddenSize();
    patches = mini.compressedPatches(config.vision());
    rows = mini.rows(config.vision());
  }

  /**
   * Returns how many rows of an image a weight is multiplied with, on average over its own rows. In
   * the last layer of pre-fusion, patches become only keys and values.
   */
  double rows(String tensor) {
    if (LlavaMini.isStacked(tensor)) {
      return (mini.tokens() + 2 * patches) / 3;
    } else if (TensorNames.isCompressor(tensor)) {
      return tensor.endsWith(".weight") ? mini.tokens() : 0;
    }
    boolean ends =
        tensor.startsWith(TensorNames.prefusionLayer(mini.prefusionLayers() - 1))
            && !tensor.endsWith("k_proj.weight")
            && !tensor.endsWith("v_proj.weight");
    return ends ? mini.tokens() : rows;
  }

  /** Returns the attention of the compressor, and of an image's rows in pre-fusion. */
  double attentionOfImage() {
    double compressor = 4 * mini.tokens() * patches * width;
    double all = rows * (rows + 1) / 2;
    double before = rows - mini.tokens();
    double last = all - before * (before + 1) / 2;
    double keys = (mini.prefusionLayers() - 1) * all + last;
    return compressor + keys * ModelFlops.keyOfLayer(language);
  }

  /** Returns the products of one token of text in pre-fusion, and its attention to an image. */
  double textToken() {
    return mini.prefusionLayers() * 2 * language.layerWeights() + attentionToImage();
  }

  /** Returns the attention of one token of text to an image in pre-fusion. */
  double attentionToImage() {
    return mini.prefusionLayers() * rows * ModelFlops.keyOfLayer(language);
  }

  /** Returns the products of whole layers of pre-fusion with all rows of an image. */
  double fusedImage() {
    return mini.prefusionLayers() * 2 * language.layerWeights() * rows;
  }

  /** Returns full attention among all rows of an image in pre-fusion. */
  double fusedAttention() {
    return mini.prefusionLayers() * rows * rows * ModelFlops.keyOfLayer(language);
  }
}
