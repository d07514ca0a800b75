package org.stfbatch.model.checkpoint;

/**
 * Tensor names of an opened checkpoint: the language model and the projectors as in the layout of
 * LLaVA's authors, the vision tower as in its own folder.
 */
public final class TensorNames {
  /** Prefix of all tensors of the vision tower. */
  public static final String VISION_TOWER = "vision_model.";

  /** Prefix of the blocks of the vision tower, before the index of a block. */
  public static final String VISION_BLOCKS = VISION_TOWER + "encoder.layers.";

  private static final String PROJECTORS = "model.mm_projector";

  /** Prefix of the multi-block projector, before the index of a layer of its perceptron. */
  public static final String CROSS_LAYER = PROJECTORS + "_crosslayer.";

  /**
   * Prefix of the projector into the language model, before the index of a layer of its perceptron.
   */
  public static final String PROJECTOR = PROJECTORS + ".";

  /** Prefix of the tensors of LLaVA-Mini's compressor. */
  static final String COMPRESSOR = "model.compressor.";

  /** Prefix of LLaVA-Mini's layers before the language model, before the index of a layer. */
  static final String PREFUSION = "model.prefusion_layers.";

  /** The token embedding. */
  public static final String EMBEDDING = "model.embed_tokens.weight";

  /** Prefix of the layers of the language model, before the index of a layer. */
  public static final String LAYERS = "model.layers.";

  /** The norm after the last layer of the language model. */
  public static final String FINAL_NORM = "model.norm.weight";

  /** The output layer. */
  public static final String OUTPUT = "lm_head.weight";

  private TensorNames() {}

  /** Returns whether a tensor belongs to the vision tower. */
  public static boolean isVisionTower(String name) {
    return name.startsWith(VISION_TOWER);
  }

  /**
   * Returns whether a tensor belongs to the projectors: {@link #CROSS_LAYER} or {@link #PROJECTOR}.
   */
  public static boolean isProjector(String name) {
    return name.startsWith(PROJECTORS);
  }

  /** Returns whether a tensor belongs to LLaVA-Mini's compressor. */
  public static boolean isCompressor(String name) {
    return name.startsWith(COMPRESSOR);
  }

  /** Returns whether a tensor belongs to LLaVA-Mini's layers before the language model. */
  public static boolean isPrefusion(String name) {
    return name.startsWith(PREFUSION);
  }

  /**
   * Returns whether a tensor lies between the vision tower and the language model: of projectors,
   * compressor or pre-fusion.
   */
  public static boolean isFusion(String name) {
    return isProjector(name) || isCompressor(name) || isPrefusion(name);
  }

  /** Returns the prefix of the tensors of a layer before the language model. */
  public static String prefusionLayer(int index) {
    return PREFUSION + index + ".";
  }

  /** Returns the prefix of the tensors of a layer of the language model. */
  public static String layer(int index) {
    return LAYERS + index + ".";
  }
}
