package org.stfbatch.model;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.IntToDoubleFunction;
import java.util.stream.Collectors;
import org.stfbatch.compression.CompressionStrategy;
import org.stfbatch.model.checkpoint.ClipVisionConfig;
import org.stfbatch.model.checkpoint.ExpectedTensors;
import org.stfbatch.model.checkpoint.LlamaConfig;
import org.stfbatch.model.checkpoint.LlavaCheckpoint;
import org.stfbatch.model.checkpoint.LlavaConfig;
import org.stfbatch.model.checkpoint.TensorSlice;

/**
 * Counts the floating-point operations that answers need: two for each multiply-add of the matrix
 * products and of attention. Attention is causal: the token at position p attends to p + 1 keys.
 * Norms, activations, softmax and sampling are not counted; neither is what ranks vision tokens,
 * nor anything that is computed for padding or again.
 */
public final class ModelFlops {
  private static final String FUSION = "model.mm_projector";
  private static final String MULTI_BLOCK = "model.mm_projector_crosslayer";

  private final LlavaConfig config;
  private final Map<String, List<Long>> shapes;
  private final Optional<ImagePruning> pruning;

  private ModelFlops(
      LlavaConfig config, Map<String, List<Long>> shapes, CompressionStrategy compression) {
    this.config = config;
    this.shapes = shapes;
    this.pruning = ImagePruning.of(compression, config);
  }

  /** Those of a model of this shape, whatever its weights are. */
  public static ModelFlops of(LlavaConfig config, CompressionStrategy compression) {
    return new ModelFlops(config, ExpectedTensors.of(config), compression);
  }

  /** Those of a checkpoint's model, with vision tokens compressed like this. */
  public static ModelFlops of(LlavaCheckpoint checkpoint, CompressionStrategy compression) {
    return new ModelFlops(checkpoint.config(), shapes(checkpoint.tensors().values()), compression);
  }

  private static Map<String, List<Long>> shapes(Collection<TensorSlice> tensors) {
    return tensors.stream().collect(Collectors.toMap(TensorSlice::name, TensorSlice::shape));
  }

  /**
   * One picture's way to vision tokens: the blocks of CLIP that are used, then token fusion.
   *
   * @param tokens that the picture becomes
   */
  public double image(int tokens) {
    ClipVisionConfig vision = config.vision();
    double width = vision.hiddenSize();
    double seen = vision.patches() + 1;
    double weights = 4 * width * width + 2 * width * vision.intermediateSize();
    double block = 2 * seen * weights + 4 * seen * seen * width;
    double patches = 2.0 * vision.patches() * 3 * vision.patchSize() * vision.patchSize() * width;
    return patches + config.fusion().lastBlock() * block + fusion(tokens);
  }

  /** The projectors: every weight once for each patch, or for each vision token behind them. */
  private double fusion(int tokens) {
    return shapes.entrySet().stream()
        .filter(tensor -> tensor.getKey().startsWith(FUSION))
        .filter(tensor -> tensor.getKey().endsWith(".weight"))
        .mapToDouble(tensor -> 2.0 * size(tensor.getValue()) * rows(tensor.getKey(), tokens))
        .sum();
  }

  private static long size(List<Long> shape) {
    return shape.stream().reduce(1L, (a, b) -> a * b);
  }

  private int rows(String tensor, int tokens) {
    return tensor.startsWith(MULTI_BLOCK) ? config.vision().patches() : tokens;
  }

  /**
   * All layers of the language model over the positions from {@code start} to {@code end},
   * exclusive.
   */
  public double layers(int start, int end) {
    return layers(config.language().numHiddenLayers(), start, end);
  }

  private double layers(int layers, int start, int end) {
    double count = end - start;
    double keys = (end * (end + 1.0) - start * (start + 1.0)) / 2;
    return layers * (2 * config.language().layerWeights() * count + keys * keyOfLayer());
  }

  /** One position's look at one key, in all layers of the language model. */
  public double key() {
    return keyOfLayer() * config.language().numHiddenLayers();
  }

  private double keyOfLayer() {
    return 4.0 * config.language().hiddenSize();
  }

  /** The output layer for one token. */
  public double head() {
    LlamaConfig language = config.language();
    return 2.0 * language.hiddenSize() * language.vocabSize();
  }

  /** The weights of all layers of the language model. */
  public double layerWeights() {
    return config.language().numHiddenLayers() * config.language().layerWeights();
  }

  /** The weights that every step of generation reads. */
  public double stepWeights() {
    return layerWeights() + head() / 2;
  }

  /**
   * One answer without anything shared.
   *
   * @param text tokens of the prompt
   * @param image vision tokens of the prompt
   * @param generated tokens of the answer; the last of them is not run through the layers
   */
  public double answer(int text, int image, int generated) {
    int dropped = dropped(image);
    int end = text + image + generated - 1;
    return image(image)
        + layers(whole(), 0, end)
        + layers(pruned(), 0, end - dropped)
        + generated * head();
  }

  /**
   * One answer whose text before the image is there already, and the image as far as questions
   * share it.
   *
   * @param before tokens of the text before the image
   */
  public double answer(int before, int text, int image, int generated) {
    int end = text + image + generated - 1;
    int kept = before + image - dropped(image);
    int sharedAbove = pruning.isPresent() ? before : kept;
    return layers(whole(), before + image, end)
        + layers(pruned(), sharedAbove, end - dropped(image))
        + generated * head();
  }

  /** An image behind text that is there already, as far as questions share it. */
  public double prefix(int before, int image) {
    return image(image) + layers(whole(), before, before + image);
  }

  /**
   * An image's vision tokens alone in the language model's layers, each looking at all of them, and
   * without the output layer: {@code 2Wn + 4n²d} a layer. With {@link #visionTokensToTheOutput} it
   * is one of the two readings that agree with the figures of the LLaVA-STF paper (1.9 T for 144
   * and 7.6 T for 576 tokens at the 7B shape), which does not say what it counts.
   *
   * @param image its vision tokens
   */
  public double visionTokens(int image) {
    double attended = sumOverLayers(image, n -> (double) n * n * keyOfLayer());
    return weightsOver(image) + attended;
  }

  /** How many tokens of an image the later layers see at most, where images are pruned. */
  public OptionalInt prunedTokens() {
    return pruning.map(images -> OptionalInt.of(images.keep())).orElseGet(OptionalInt::empty);
  }

  /** The other reading: with the output layer for all vision tokens, and without attention. */
  public double visionTokensToTheOutput(int image) {
    return weightsOver(image) + head() * (image - dropped(image));
  }

  private double weightsOver(int image) {
    return sumOverLayers(image, n -> 2 * config.language().layerWeights() * n);
  }

  private double sumOverLayers(int image, IntToDoubleFunction ofLayer) {
    return whole() * ofLayer.applyAsDouble(image)
        + pruned() * ofLayer.applyAsDouble(image - dropped(image));
  }

  /** Layers that see whole images. */
  private int whole() {
    return pruning.map(ImagePruning::layer).orElse(config.language().numHiddenLayers());
  }

  /** Layers that see pruned ones. */
  private int pruned() {
    return config.language().numHiddenLayers() - whole();
  }

  private int dropped(int image) {
    return pruning.map(images -> images.dropped(image)).orElse(0);
  }
}
