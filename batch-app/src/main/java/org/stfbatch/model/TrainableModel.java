package org.stfbatch.model;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.stfbatch.compression.CompressionStrategy;
import org.stfbatch.model.TorchModule.Scope;
import org.stfbatch.model.TorchModule.Tensor;
import org.stfbatch.model.checkpoint.CheckpointException;
import org.stfbatch.model.checkpoint.DType;
import org.stfbatch.model.checkpoint.LlavaCheckpoint;
import org.stfbatch.model.checkpoint.LlavaConfig;
import org.stfbatch.model.checkpoint.TensorNames;
import org.stfbatch.model.checkpoint.TensorSlice;

/**
 * LLaVA-STF, or LLaVA-1.5, with float32 weights for training its language model, its projectors or
 * parts of them. The vision tower is frozen; {@link TrainableTower} trains it. Used only by the
 * thread that loaded it, and by one thread of a process at a time.
 *
 * <p>Gradients accumulate over calls of {@link #accumulate} until {@link TrainedWeights#step} uses
 * and clears them. A call that throws {@link ModelException} leaves gradients undefined; {@code
 * step} then also leaves the weights undefined.
 */
public final class TrainableModel implements AutoCloseable {
  /** The TorchScript file of the root module. */
  static final String ROOT = "llava_training";

  private final TorchModule module;
  private final LlavaConfig config;
  private final TrainedWeights weights;
  private TrainingStrategy strategy = TrainingStrategy.NONE;

  private TrainableModel(TorchModule module, LlavaConfig config, TrainedWeights weights) {
    this.module = module;
    this.config = config;
    this.weights = weights;
  }

  /**
   * Loads a checkpoint. The weights are copied: the checkpoint's files may change afterwards.
   *
   * @param settings device, and dtype of the matrix products: FLOAT32, or a narrower one for speed;
   *     weights, gradients, optimizer and the frozen tower's computation are always float32
   * @param trained selects the trained tensors of language model and projectors by their names in
   *     the checkpoint
   * @throws CheckpointException if the output layer is tied to the embedding
   */
  public static TrainableModel load(
      LlavaCheckpoint checkpoint,
      ModelSettings settings,
      Predicate<String> trained,
      AdamWSettings optimizer) {
    requireOwnOutput(checkpoint);
    SortedMap<String, List<Long>> shapes = shapes(checkpoint);
    TorchModule module = TorchModule.load(TorchArchive.of(ROOT));
    try {
      new WeightLoader(
              module, new ModelSettings(settings.device(), DType.FLOAT32, WeightFormat.PLAIN))
          .load(checkpoint);
      SortedSet<String> selected = selected(shapes.keySet(), trained);
      module.call("select", String.join("\n", selected), settings.dtype().torchCode());
      module.callForTraining("make_leaves", Tensor.int64(new int[0]));
      return new TrainableModel(
          module, checkpoint.config(), new TrainedWeights(module, shapes, selected, optimizer));
    } catch (RuntimeException e) {
      module.close();
      throw e;
    }
  }

  /** Returns the shapes of all tensors but the vision tower's. */
  static SortedMap<String, List<Long>> shapes(LlavaCheckpoint checkpoint) {
    SortedMap<String, List<Long>> shapes = new TreeMap<>();
    checkpoint.tensors().values().stream()
        .filter(slice -> !TensorNames.isVisionTower(slice.name()))
        .forEach(slice -> shapes.put(slice.name(), slice.shape()));
    return shapes;
  }

  static SortedSet<String> selected(Set<String> tensors, Predicate<String> trained) {
    SortedSet<String> selected = new TreeSet<>(tensors);
    selected.removeIf(trained.negate());
    return selected;
  }

  private static void requireOwnOutput(LlavaCheckpoint checkpoint) {
    TensorSlice embedding = checkpoint.tensors().get(TensorNames.EMBEDDING);
    TensorSlice output = checkpoint.tensors().get(TensorNames.OUTPUT);
    if (embedding.file().equals(output.file()) && embedding.offset() == output.offset()) {
      throw new CheckpointException(
          "%s ties %s to the embedding (tie_word_embeddings), which cannot be trained: save the checkpoint with both tensors"
              .formatted(checkpoint.directory(), TensorNames.OUTPUT));
    }
  }

  public LlavaConfig config() {
    return config;
  }

  /**
   * Returns the input of fusion: the selected blocks' features [P, T * C] of each image, the parts
   * of an image one after the other. They are constant, because the tower is frozen.
   *
   * @param pixels [3, S, S] uint8 each, planar, before rescaling, or [parts, 3, S, S]
   * @param dtype to which the features are rounded
   */
  public List<float[]> visionFeatures(List<byte[]> pixels, DType dtype) {
    float[] all =
        module.call(
            "vision_features",
            Scope::floats,
            PixelTensor.of(pixels, config.vision()),
            dtype.torchCode());
    int size = featuresPerPicture();
    List<float[]> features = new ArrayList<>();
    for (int i = 0; i < pixels.size(); i++) {
      features.add(Arrays.copyOfRange(all, i * size, (i + 1) * size));
    }
    return features;
  }

  /**
   * Sets the file of image features for {@link #accumulate}: {@link #visionFeatures} of one image
   * after another, little-endian, in a file that must not change while the model is open.
   *
   * @param dtype FLOAT32, or the narrower one to which they were rounded
   * @param pictures number of images
   */
  public void useFeatures(Path file, DType dtype, int pictures) {
    int patches = config.fusion().patches(config.vision());
    long[] shape = {pictures, patches, featuresPerPicture() / patches};
    module.call("map_features", file.toString(), dtype.torchCode(), shape);
  }

  /**
   * Sets the vision-token strategy of the following calls of {@link #accumulate}; none at first.
   *
   * @throws IllegalArgumentException if it cannot be trained with, or not with this model
   */
  public void compress(CompressionStrategy compression) {
    strategy = TrainingStrategy.of(compression, config);
    strategy.apply(module);
  }

  /**
   * Computes a batch's loss, the mean cross entropy over all its labels, and adds its gradients,
   * scaled by {@code share}.
   *
   * @param pictures indices of the rows' images in the feature file, row after row
   * @param share weight of the batch in the step: 1 / batches of the step
   * @return the unscaled loss
   * @throws IllegalArgumentException if no row has a label, or one has more images than the
   *     strategy of {@link #compress} takes
   */
  public float accumulate(List<TrainingRow> rows, int[] pictures, double share) {
    int expected = rows.stream().mapToInt(TrainingRow::pictures).sum();
    if (pictures.length != expected) {
      throw new IllegalArgumentException(
          "%d pictures for rows of %d".formatted(pictures.length, expected));
    }
    if (rows.stream().noneMatch(TrainingRow::teaches)) {
      throw new IllegalArgumentException("a batch without a label");
    }
    if (strategy.reduction().isPresent() && rows.stream().anyMatch(row -> row.pictures() > 1)) {
      throw new IllegalArgumentException(
          "yopo reduces one image of a sample, and one has more: leave such samples out, or train without it");
    }
    Tensor tokens =
        config.fusion().mini().isPresent()
            ? TrainingTable.fused(rows, config.visionTokens())
            : TrainingTable.of(rows, config.visionTokens());
    PooledRows pooled = PooledRows.of(rows, config.visionTokens(), strategy.pooling());
    return module.callWithGradients(
        share,
        "training_loss",
        tokens,
        Tensor.int64(pictures),
        pooled.firsts(),
        pooled.remaining());
  }

  /**
   * @throws IllegalArgumentException if such a model cannot be trained with the strategy; the
   *     message gives the reason and the cure
   */
  public static void requireTrainable(CompressionStrategy compression, LlavaConfig config) {
    TrainingStrategy.of(compression, config);
  }

  /** Returns the number of features of an image, see {@link #visionFeatures}. */
  public int featuresPerPicture() {
    return config.featuresPerPicture();
  }

  /** Returns the weights, their gradients and the optimizer state. */
  public TrainedWeights weights() {
    return weights;
  }

  @Override
  public void close() {
    module.close();
  }
}
