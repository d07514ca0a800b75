package org.stfbatch.bench;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.stfbatch.model.checkpoint.ClipVisionConfig;
import org.stfbatch.model.checkpoint.ExpectedTensors;
import org.stfbatch.model.checkpoint.LlamaConfig;
import org.stfbatch.model.checkpoint.LlavaCheckpoint;
import org.stfbatch.model.checkpoint.LlavaConfig;
import org.stfbatch.model.checkpoint.TensorSlice;

/**
 * Counts the floating-point operations that answers need: two for each multiply-add of the matrix
 * products and of attention. Attention is causal: the token at position p looks at p + 1 keys.
 * Norms, activations, softmax and sampling are not counted; neither is anything that is computed
 * for padding or again.
 */
public final class ModelFlops {
  private static final String FUSION = "model.mm_projector";
  private static final String MULTI_BLOCK = "model.mm_projector_crosslayer";

  private final LlavaConfig config;
  private final double fusion;

  private ModelFlops(LlavaConfig config, Map<String, List<Long>> shapes) {
    this.config = config;
    this.fusion = fusion(config, shapes);
  }

  static ModelFlops of(BenchModel model) {
    return model
        .checkpoint()
        .map(ModelFlops::of)
        .orElseGet(() -> new ModelFlops(model.config(), ExpectedTensors.of(model.config())));
  }

  /** Those of a checkpoint's model. */
  public static ModelFlops of(LlavaCheckpoint checkpoint) {
    return new ModelFlops(checkpoint.config(), shapes(checkpoint.tensors().values()));
  }

  private static Map<String, List<Long>> shapes(Collection<TensorSlice> tensors) {
    return tensors.stream()
        .collect(java.util.stream.Collectors.toMap(TensorSlice::name, TensorSlice::shape));
  }

  /** The projectors: every weight once for each patch, or for each vision token behind them. */
  private static double fusion(LlavaConfig config, Map<String, List<Long>> shapes) {
    return shapes.entrySet().stream()
        .filter(tensor -> tensor.getKey().startsWith(FUSION))
        .filter(tensor -> tensor.getKey().endsWith(".weight"))
        .mapToDouble(tensor -> 2.0 * size(tensor.getValue()) * rows(config, tensor.getKey()))
        .sum();
  }

  private static long size(List<Long> shape) {
    return shape.stream().reduce(1L, (a, b) -> a * b);
  }

  private static int rows(LlavaConfig config, String tensor) {
    return tensor.startsWith(MULTI_BLOCK) ? config.vision().patches() : config.visionTokens();
  }

  /** One picture's way to vision tokens: the blocks of CLIP that are used, then token fusion. */
  public double image() {
    ClipVisionConfig vision = config.vision();
    double width = vision.hiddenSize();
    double tokens = vision.patches() + 1;
    double weights = 4 * width * width + 2 * width * vision.intermediateSize();
    double block = 2 * tokens * weights + 4 * tokens * tokens * width;
    double patches = 2.0 * vision.patches() * 3 * vision.patchSize() * vision.patchSize() * width;
    return patches + config.fusion().lastBlock() * block + fusion;
  }

  /**
   * The language model's layers over the positions from {@code start} to {@code end}, exclusive.
   */
  double layers(int start, int end) {
    double count = end - start;
    double keys = (end * (end + 1.0) - start * (start + 1.0)) / 2;
    return 2 * layerWeights() * count + keys * key();
  }

  /** One position's look at one key, in all layers of the language model. */
  public double key() {
    LlamaConfig language = config.language();
    return 4.0 * language.hiddenSize() * language.numHiddenLayers();
  }

  /** The output layer for one token. */
  public double head() {
    LlamaConfig language = config.language();
    return 2.0 * language.hiddenSize() * language.vocabSize();
  }

  /** The weights of all layers of the language model. */
  public double layerWeights() {
    LlamaConfig language = config.language();
    double width = language.hiddenSize();
    double attention = 2 * width * width + 2 * width * language.keyValueSize();
    return language.numHiddenLayers() * (attention + 3 * width * language.intermediateSize());
  }

  /** The weights that every step of generation reads. */
  double stepWeights() {
    return layerWeights() + head() / 2;
  }

  /**
   * One answer without anything shared.
   *
   * @param prompt positions of the prompt
   * @param generated tokens of the answer; the last of them is not run through the layers
   */
  double answer(int prompt, int generated) {
    return image() + answer(0, prompt, generated);
  }

  /** One answer whose first {@code shared} positions are there already, and its image with them. */
  double answer(int shared, int prompt, int generated) {
    return layers(shared, prompt + generated - 1) + generated * head();
  }

  /** A prefix of text and an image, whose text is there already. */
  double prefix(int text) {
    return image() + layers(text, text + config.visionTokens());
  }
}
