package org.stfbatch.model;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.stfbatch.model.TorchModule.Scope;
import org.stfbatch.model.TorchModule.Tensor;
import org.stfbatch.model.checkpoint.CheckpointException;
import org.stfbatch.model.checkpoint.DType;
import org.stfbatch.model.checkpoint.LlavaCheckpoint;
import org.stfbatch.model.checkpoint.LlavaConfig;
import org.stfbatch.model.checkpoint.TensorSlice;

/**
 * LLaVA-STF, or LLaVA-1.5, with float32 weights while its language model, its projectors or parts
 * of them are trained. The vision tower is frozen; {@link TrainableTower} trains it. Used only by
 * the thread that loaded it, and by one thread of a process at a time.
 *
 * <p>Gradients add up over {@link #accumulate} until {@link TrainedWeights#step} uses and clears
 * them. A call that throws {@link ModelException} leaves gradients undefined; one that throws in
 * {@code step} also the weights.
 */
public final class TrainableModel implements AutoCloseable {
  /** The TorchScript file of the root module. */
  static final String ROOT = "llava_training";

  private static final String TOWER = "vision_model.";
  private static final String EMBEDDING = "model.embed_tokens.weight";
  private static final String OUTPUT = "lm_head.weight";

  private final TorchModule module;
  private final LlavaConfig config;
  private final TrainedWeights weights;

  private TrainableModel(TorchModule module, LlavaConfig config, TrainedWeights weights) {
    this.module = module;
    this.config = config;
    this.weights = weights;
  }

  /**
   * Loads a checkpoint. The weights are copied: the checkpoint's files may change afterwards.
   *
   * @param settings where it is trained, and the dtype of its products: FLOAT32, or a narrower one
   *     for speed; weights, gradients and optimizer are float32 in any case, and so is what the
   *     frozen tower computes
   * @param trained which tensors of language model and projectors are trained, by their names in
   *     the checkpoint
   * @throws CheckpointException if the output layer is tied to the embedding
   */
  public static TrainableModel load(
      LlavaCheckpoint checkpoint,
      ModelSettings settings,
      Predicate<String> trained,
      AdamWSettings optimizer) {
    requireOwnOutput(checkpoint);
    SortedMap<String, List<Long>> shapes = new TreeMap<>();
    checkpoint.tensors().values().stream()
        .filter(slice -> !slice.name().startsWith(TOWER))
        .forEach(slice -> shapes.put(slice.name(), slice.shape()));
    TorchModule module = TorchModule.load(TorchArchive.of(ROOT));
    try {
      new WeightLoader(
              module, new ModelSettings(settings.device(), DType.FLOAT32, WeightFormat.PLAIN))
          .load(checkpoint);
      SortedSet<String> selected = new TreeSet<>(shapes.keySet());
      selected.removeIf(trained.negate());
      module.call("select", String.join("\n", selected), settings.dtype().torchCode());
      module.callForTraining("make_leaves", Tensor.int64(new int[0]));
      return new TrainableModel(
          module, checkpoint.config(), new TrainedWeights(module, shapes, selected, optimizer));
    } catch (RuntimeException e) {
      module.close();
      throw e;
    }
  }

  private static void requireOwnOutput(LlavaCheckpoint checkpoint) {
    TensorSlice embedding = checkpoint.tensors().get(EMBEDDING);
    TensorSlice output = checkpoint.tensors().get(OUTPUT);
    if (embedding.file().equals(output.file()) && embedding.offset() == output.offset()) {
      throw new CheckpointException(
          "%s ties %s to the embedding (tie_word_embeddings), which cannot be trained: save the checkpoint with both tensors"
              .formatted(checkpoint.directory(), OUTPUT));
    }
  }

  public LlavaConfig config() {
    return config;
  }

  /**
   * What fusion sees of pictures: the tapped blocks' features [P, T * C] of each. They never
   * change, because the tower is frozen.
   *
   * @param pixels [3, S, S] uint8 each, planar, before rescaling
   * @param dtype what the features are rounded to
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
   * Says where the pictures' features lie, for {@link #accumulate}: {@link #visionFeatures} of one
   * after the other, little-endian, in a file that must not change while the model is open.
   *
   * @param dtype FLOAT32, or a narrower one that they were rounded to
   * @param pictures how many
   */
  public void useFeatures(Path file, DType dtype, int pictures) {
    int patches = config.vision().patches();
    long[] shape = {pictures, patches, featuresPerPicture() / patches};
    module.call("map_features", file.toString(), dtype.torchCode(), shape);
  }

  /**
   * Computes a batch's loss, the mean cross entropy of all its labels, and adds its gradients,
   * times {@code share}.
   *
   * @param pictures the numbers of the rows' pictures in the file of features, row after row
   * @param share the batch's part in the step: 1 / batches of the step
   * @return the loss itself
   * @throws IllegalArgumentException if no row has anything to learn from
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
    Tensor tokens = TrainingTable.of(rows, config.visionTokens());
    return module.callWithGradients(share, "training_loss", tokens, Tensor.int64(pictures));
  }

  /** The numbers that {@link #visionFeatures} gives for a picture. */
  public int featuresPerPicture() {
    return config.vision().patches()
        * config.fusion().hiddenStates().size()
        * config.vision().hiddenSize();
  }

  /** What is trained: the weights, their gradients and the optimizer. */
  public TrainedWeights weights() {
    return weights;
  }

  @Override
  public void close() {
    module.close();
  }
}
