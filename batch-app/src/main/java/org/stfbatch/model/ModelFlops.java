package org.stfbatch.model;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.IntToDoubleFunction;
import java.util.stream.Collectors;
import org.stfbatch.compression.CompressionStrategy;
import org.stfbatch.compression.Yopo;
import org.stfbatch.model.checkpoint.ClipVisionConfig;
import org.stfbatch.model.checkpoint.ExpectedTensors;
import org.stfbatch.model.checkpoint.LlamaConfig;
import org.stfbatch.model.checkpoint.LlavaCheckpoint;
import org.stfbatch.model.checkpoint.LlavaConfig;
import org.stfbatch.model.checkpoint.LlavaMini;
import org.stfbatch.model.checkpoint.SpatialFusion;
import org.stfbatch.model.checkpoint.TensorNames;
import org.stfbatch.model.checkpoint.TensorSlice;
import org.stfbatch.model.checkpoint.TokenPacker;

/**
 * Counts the floating-point operations that answers need: two for each multiply-add of matrix
 * products and attention. Attention is causal: the token at position p attends to p + 1 keys.
 * Norms, activations, softmax, sampling and the ranking of vision tokens are not counted, nor is
 * anything that is computed for padding or repeated.
 */
public final class ModelFlops {
  private final LlavaConfig config;
  private final Map<String, List<Long>> shapes;
  private final Optional<ImagePruning> pruning;
  private final Optional<YopoFlops> yopo;
  private final Optional<MiniFlops> mini;

  private ModelFlops(
      LlavaConfig config, Map<String, List<Long>> shapes, CompressionStrategy compression) {
    this.config = config;
    this.shapes = shapes;
    this.pruning = ImagePruning.of(compression, config);
    this.yopo =
        compression instanceof Yopo reduced
            ? Optional.of(new YopoFlops(reduced, config.language(), config.shape()))
            : Optional.empty();
    this.mini = config.fusion().mini().map(own -> new MiniFlops(config));
  }

  /** Returns the counts of a model of this shape; the weights do not matter. */
  public static ModelFlops of(LlavaConfig config, CompressionStrategy compression) {
    return new ModelFlops(config, ExpectedTensors.of(config), compression);
  }

  /** Returns the counts of a checkpoint's model with this compression. */
  public static ModelFlops of(LlavaCheckpoint checkpoint, CompressionStrategy compression) {
    return new ModelFlops(checkpoint.config(), shapes(checkpoint.tensors().values()), compression);
  }

  private static Map<String, List<Long>> shapes(Collection<TensorSlice> tensors) {
    return tensors.stream().collect(Collectors.toMap(TensorSlice::name, TensorSlice::shape));
  }

  /**
   * Returns the operations of encoding one image: the used blocks of CLIP, then token fusion.
   *
   * @param tokens vision tokens of the image
   */
  public double image(int tokens) {
    ClipVisionConfig vision = config.vision();
    int parts = config.fusion().mini().map(LlavaMini::parts).orElse(1);
    return parts
            * (patchEmbedding(vision)
                + config.fusion().lastBlock() * clipBlock(vision, vision.patches()))
        + fusion(tokens);
  }

  /** Returns the operations of CLIP's patch embedding for all patches of an image. */
  static double patchEmbedding(ClipVisionConfig vision) {
    double pixels = 3.0 * vision.patchSize() * vision.patchSize();
    return 2 * vision.patches() * pixels * vision.hiddenSize();
  }

  /** Returns the operations of one block of CLIP for so many patches and the class token. */
  static double clipBlock(ClipVisionConfig vision, int patches) {
    double width = vision.hiddenSize();
    double tokens = patches + 1;
    double weights = 4 * width * width + 2 * width * vision.intermediateSize();
    return 2 * tokens * weights + 4 * tokens * tokens * width;
  }

  /**
   * Returns the operations of the projectors: each weight is used once per patch, or once per
   * vision token in the layers after the reduction. Includes LLaVA-Mini's compressor, and its
   * pre-fusion of what does not depend on a question.
   */
  private double fusion(int tokens) {
    return shapes.entrySet().stream()
            .filter(tensor -> TensorNames.isFusion(tensor.getKey()))
            .filter(tensor -> tensor.getValue().size() > 1)
            .mapToDouble(
                tensor -> product(tensor.getValue()) * rows(config, tensor.getKey(), tokens))
            .sum()
        + regionAttention()
        + mini.map(MiniFlops::attentionOfImage).orElse(0.0);
  }

  /**
   * Returns the operations of TokenPacker's attention, where each patch is the key of one query.
   */
  private double regionAttention() {
    boolean attends = config.fusion().spatial().form() == SpatialFusion.Form.PACKER;
    return attends ? 4.0 * config.vision().patches() * config.vision().hiddenSize() : 0;
  }

  /** Returns the operations of one row times a weight of this shape. */
  static double product(List<Long> shape) {
    return 2.0 * shape.stream().reduce(1L, (a, b) -> a * b);
  }

  /**
   * Returns how many rows of an image a projector's weight is multiplied with, on average over its
   * own rows.
   */
  static double rows(LlavaConfig config, String tensor, int tokens) {
    if (config.fusion().mini().isPresent()) {
      return new MiniFlops(config).rows(tensor);
    }
    double patches = config.vision().patches();
    if (TokenPacker.isStacked(tensor)) {
      return (tokens + 2 * patches) / 3;
    }
    boolean all = tensor.startsWith(TensorNames.CROSS_LAYER) || TokenPacker.readsPatches(tensor);
    return all ? patches : tokens;
  }

  /**
   * Returns the operations of all layers of the language model for the positions from {@code start}
   * to {@code end}, exclusive.
   */
  public double layers(int start, int end) {
    return layers(config.language().numHiddenLayers(), start, end);
  }

  private double layers(int layers, int start, int end) {
    double count = end - start;
    double keys = (end * (end + 1.0) - start * (start + 1.0)) / 2;
    return layers
        * (2 * config.language().layerWeights() * count + keys * keyOfLayer(config.language()));
  }

  /** Returns the operations of one query for one key, in all layers of the language model. */
  public double key() {
    return keyOfLayer(config.language()) * config.language().numHiddenLayers();
  }

  /**
   * Returns the operations of one query for one key in one layer: its score, and its value's share.
   */
  static double keyOfLayer(LlamaConfig language) {
    return 4.0 * language.hiddenSize();
  }

  /** Returns the operations of the output layer for one token. */
  public double head() {
    LlamaConfig language = config.language();
    return 2.0 * language.hiddenSize() * language.vocabSize();
  }

  /** Returns the number of weights in all layers of the language model. */
  public double layerWeights() {
    return config.language().numHiddenLayers() * config.language().layerWeights();
  }

  /** Returns the number of weights that every decoding step reads. */
  public double stepWeights() {
    return layerWeights() + head() / 2;
  }

  /**
   * Returns the operations of one answer without sharing.
   *
   * @param text tokens of the prompt
   * @param image vision tokens of the prompt
   * @param generated tokens of the answer; the last of them does not pass the layers
   */
  public double answer(int text, int image, int generated) {
    int dropped = dropped(image);
    int end = text + image + generated - 1;
    return image(image)
        + fusedText(text, image)
        + layers(whole(), 0, end)
        + layers(pruned(), 0, end - dropped)
        - saved(image)
        + generated * head();
  }

  /**
   * Returns the operations of one answer if the text before the image and the shared part of the
   * image are already computed.
   *
   * @param before tokens of the text before the image
   */
  public double answer(int before, int text, int image, int generated) {
    int end = text + image + generated - 1;
    if (mini.isPresent()) {
      return fusedText(text, image) + layers(whole(), 0, end) + generated * head();
    }
    int kept = before + image - dropped(image);
    int sharedAbove = pruning.isPresent() ? before : kept;
    return layers(whole(), before + image, end)
        + layers(pruned(), sharedAbove, end - dropped(image))
        + generated * head();
  }

  private double fusedText(int text, int image) {
    return image == 0 ? 0 : text * fusedToken();
  }

  /**
   * Returns the operations of one token of a question about an image in LLaVA-Mini's pre-fusion,
   * where it attends to the rows of the image; 0 for other models. Its attention to other tokens of
   * the text is not counted.
   */
  public double fusedToken() {
    return mini.map(MiniFlops::textToken).orElse(0.0);
  }

  /** Returns the operations of the text before all images, if it is computed once for all. */
  public double sharedText(int text) {
    return mini.isPresent() ? 0 : layers(0, text);
  }

  /** Returns the operations of the shared part of an image after cached text. */
  public double prefix(int before, int image) {
    return mini.isPresent()
        ? image(image)
        : image(image) + layers(whole(), before, before + image) - saved(image);
  }

  /**
   * Returns the operations that layers with whole images need less for an image's tokens than for
   * as many text tokens; 0 unless the compression reduces the work for each of them.
   */
  public double saved(int image) {
    return yopo.map(reduced -> layers(whole(), 0, image) - reduced.visionTokens(image)).orElse(0.0);
  }

  /**
   * Returns the operations of an image's vision tokens alone in the language model's layers, with
   * full attention among them (YOPO: in its window) and without the output layer: {@code 2Wn +
   * 4n²d} per layer. With {@link #visionTokensToTheOutput}, it is one of the two readings that
   * agree with the figures of the LLaVA-STF paper (1.9 T for 144 and 7.6 T for 576 tokens at the 7B
   * shape), which does not say what it counts. For LLaVA-Mini it includes the pre-fusion of the
   * image by the same count.
   *
   * @param image its vision tokens
   */
  public double visionTokens(int image) {
    if (yopo.isPresent()) {
      return yopo.get().visionTokens(image);
    }
    double attended = sumOverLayers(image, n -> (double) n * n * keyOfLayer(config.language()));
    return weightsOver(image)
        + attended
        + mini.map(own -> own.fusedImage() + own.fusedAttention()).orElse(0.0);
  }

  /** Returns the maximum number of tokens of an image after pruning; empty without pruning. */
  public OptionalInt prunedTokens() {
    return pruning.map(images -> OptionalInt.of(images.keep())).orElseGet(OptionalInt::empty);
  }

  /**
   * Returns the other reading: with the output layer for all vision tokens, and without attention.
   */
  public double visionTokensToTheOutput(int image) {
    return weightsOver(image)
        + head() * (image - dropped(image))
        + mini.map(MiniFlops::fusedImage).orElse(0.0);
  }

  private double weightsOver(int image) {
    if (yopo.isPresent()) {
      return 2 * yopo.get().weights() * image;
    }
    return sumOverLayers(image, n -> 2 * config.language().layerWeights() * n);
  }

  private double sumOverLayers(int image, IntToDoubleFunction ofLayer) {
    return whole() * ofLayer.applyAsDouble(image)
        + pruned() * ofLayer.applyAsDouble(image - dropped(image));
  }

  /** Returns the number of layers that process whole images. */
  private int whole() {
    return pruning.map(ImagePruning::layer).orElse(config.language().numHiddenLayers());
  }

  /** Returns the number of layers that process pruned images. */
  private int pruned() {
    return config.language().numHiddenLayers() - whole();
  }

  private int dropped(int image) {
    return pruning.map(images -> images.dropped(image)).orElse(0);
  }
}
