package org.stfbatch.model;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
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
import org.stfbatch.model.checkpoint.OptimizerState;
import org.stfbatch.model.checkpoint.TensorSlice;

/**
 * LLaVA-STF, or LLaVA-1.5, with float32 weights while its language model, its projectors or parts
 * of them are trained. The vision tower is frozen. Used only by the thread that loaded it, and by
 * one thread of a process at a time.
 *
 * <p>Gradients add up over {@link #accumulate} until {@link #step} uses and clears them. A call
 * that throws {@link ModelException} leaves gradients undefined; one that throws in {@code step}
 * also the weights.
 */
public final class TrainableModel implements AutoCloseable {
  private static final String TOWER = "vision_model.";
  private static final String EMBEDDING = "model.embed_tokens.weight";
  private static final String OUTPUT = "lm_head.weight";

  private final TorchModule module;
  private final LlavaConfig config;
  private final SortedMap<String, List<Long>> shapes;
  private final SortedSet<String> trained;
  private final AdamWSettings optimizer;

  private TrainableModel(
      TorchModule module,
      LlavaConfig config,
      SortedMap<String, List<Long>> shapes,
      SortedSet<String> trained,
      AdamWSettings optimizer) {
    this.module = module;
    this.config = config;
    this.shapes = Collections.unmodifiableSortedMap(shapes);
    this.trained = Collections.unmodifiableSortedSet(trained);
    this.optimizer = optimizer;
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
    TorchModule module = TorchModule.load(TorchArchive.of(LlavaModel.SOURCES));
    try {
      new WeightLoader(module, new ModelSettings(settings.device(), DType.FLOAT32, false))
          .load(checkpoint);
      SortedSet<String> selected = new TreeSet<>(shapes.keySet());
      selected.removeIf(trained.negate());
      module.call("select", String.join("\n", selected), settings.dtype().torchCode());
      module.callForTraining("make_leaves", Tensor.int64(new int[0]));
      return new TrainableModel(module, checkpoint.config(), shapes, selected, optimizer);
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

  /** Names and shapes of the tensors of language model and projectors, trained or not. */
  public SortedMap<String, List<Long>> shapes() {
    return shapes;
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

  /**
   * Takes an AdamW step with the gradients and clears them. Needs one {@link #accumulate} at least.
   *
   * @return the gradients' global L2 norm before they were scaled down
   */
  public double step(double learningRate) {
    return module.call(
        "take_step",
        (scope, norm) -> norm.toDouble(),
        learningRate,
        optimizer.beta1(),
        optimizer.beta2(),
        optimizer.epsilon(),
        optimizer.gradientNorm());
  }

  /** The present values of a tensor of language model or projectors. */
  public FloatTensor weight(String name) {
    return new FloatTensor(shapes.get(name), module.call("weight", Scope::floats, name));
  }

  /** Names of the tensors that are trained. */
  public SortedSet<String> trained() {
    return trained;
  }

  /** AdamW's running mean of a trained tensor's gradients. */
  public FloatTensor firstMoment(String name) {
    return new FloatTensor(shapes.get(name), module.call("first_moment", Scope::floats, name));
  }

  /** AdamW's running mean of the squares of a trained tensor's gradients. */
  public FloatTensor secondMoment(String name) {
    return new FloatTensor(shapes.get(name), module.call("second_moment", Scope::floats, name));
  }

  /**
   * Goes on where an optimizer was; the weights are those that were saved with it.
   *
   * @throws CheckpointException if it is not the state of these trained tensors
   */
  public void restore(OptimizerState state) {
    requireSameTensors(state);
    try (CheckpointMapper mapper = new CheckpointMapper(module, state.tensors())) {
      mapper.map(name -> true);
      module.call("restore_optimizer", state.steps());
      module.call("unmap");
    }
  }

  private void requireSameTensors(OptimizerState state) {
    Map<String, List<Long>> expected = new TreeMap<>();
    for (String name : trained) {
      expected.put(OptimizerState.first(name), shapes.get(name));
      expected.put(OptimizerState.second(name), shapes.get(name));
    }
    Map<String, List<Long>> present = new TreeMap<>();
    state.tensors().forEach(slice -> present.put(slice.name(), slice.shape()));
    if (!present.equals(expected)) {
      throw new CheckpointException(
          "the optimizer's state belongs to another model or stage: begin with a new --out");
    }
  }

  /** The gradient of a trained tensor since the last step; needs one {@link #accumulate}. */
  public FloatTensor gradient(String name) {
    return new FloatTensor(shapes.get(name), module.call("gradient", Scope::floats, name));
  }

  @Override
  public void close() {
    module.close();
  }
}
