package org.stfbatch.model;

import ai.djl.ndarray.types.DataType;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.stfbatch.model.TorchModule.Tensor;
import org.stfbatch.model.checkpoint.DType;
import org.stfbatch.model.checkpoint.LlavaCheckpoint;
import org.stfbatch.model.checkpoint.LlavaConfig;
import org.stfbatch.model.checkpoint.TensorNames;
import org.stfbatch.model.checkpoint.TensorSlice;

/**
 * Vision tower of a LLaVA checkpoint with float32 weights for training, by contrastive learning of
 * each patch against the words of a vocabulary (see {@code regions.py}). The words' own weights
 * belong to the training and not to the checkpoint. Used only by the thread that loaded it, and by
 * one thread of a process at a time.
 */
public final class TrainableTower implements AutoCloseable {
  /** The words' weights: [V, d] and [V]. */
  public static final List<String> WORD_TENSORS =
      List.of("region_words.weight", "region_words.bias");

  private final TorchModule module;
  private final LlavaConfig config;
  private final int words;
  private final TrainedWeights weights;

  private TrainableTower(
      TorchModule module, LlavaConfig config, int words, TrainedWeights weights) {
    this.module = module;
    this.config = config;
    this.words = words;
    this.weights = weights;
  }

  /**
   * Loads as many blocks of a checkpoint's tower as its fusion uses. The weights are copied.
   *
   * @param settings device, and dtype of the matrix products: FLOAT32, or a narrower one for speed;
   *     weights, gradients and optimizer are always float32
   * @param words the size of the vocabulary
   */
  public static TrainableTower load(
      LlavaCheckpoint checkpoint, ModelSettings settings, int words, AdamWSettings optimizer) {
    SortedMap<String, List<Long>> shapes = shapes(checkpoint);
    TorchModule module = TorchModule.load(TorchArchive.of(TrainableModel.ROOT));
    try {
      new WeightLoader(
              module, new ModelSettings(settings.device(), DType.FLOAT32, WeightFormat.PLAIN))
          .loadTower(checkpoint);
      shapes.put(WORD_TENSORS.get(0), List.of((long) words, width(checkpoint.config())));
      shapes.put(WORD_TENSORS.get(1), List.of((long) words));
      module.call("select", String.join("\n", shapes.keySet()), settings.dtype().torchCode());
      module.callForTraining("make_tower_leaves", Tensor.int64(new int[words]));
      return new TrainableTower(
          module,
          checkpoint.config(),
          words,
          new TrainedWeights(module, shapes, new TreeSet<>(shapes.keySet()), optimizer));
    } catch (RuntimeException e) {
      module.close();
      throw e;
    }
  }

  private static long width(LlavaConfig config) {
    return config.vision().hiddenSize();
  }

  private static SortedMap<String, List<Long>> shapes(LlavaCheckpoint checkpoint) {
    int blocks = checkpoint.config().fusion().lastBlock();
    return checkpoint.tensors().values().stream()
        .filter(slice -> TensorNames.isVisionTower(slice.name()))
        .filter(slice -> block(slice.name()) < blocks)
        .collect(
            Collectors.toMap(TensorSlice::name, TensorSlice::shape, (a, b) -> a, TreeMap::new));
  }

  /** Returns the index of a tensor's block; -1 for tensors before the first block. */
  private static int block(String name) {
    if (!name.startsWith(TensorNames.VISION_BLOCKS)) {
      return -1;
    }
    int end = name.indexOf('.', TensorNames.VISION_BLOCKS.length());
    return Integer.parseInt(name.substring(TensorNames.VISION_BLOCKS.length(), end));
  }

  /** Returns the weights, their gradients and the optimizer state. */
  public TrainedWeights weights() {
    return weights;
  }

  /**
   * Computes a batch's loss and adds its gradients, scaled by {@code share}.
   *
   * @param pixels [3, S, S] uint8 each, planar, before rescaling
   * @param patches [K] each: indices of the patches that the tower processes; the others are left
   *     out
   * @param targets [K, V] of each image: for every such patch and word, 1 if the word describes the
   *     patch, otherwise 0; word 0 means that the patch shows nothing
   * @param share weight of the batch in the step: 1 / batches of the step
   * @return the unscaled loss
   */
  public float accumulate(
      List<byte[]> pixels, List<int[]> patches, List<byte[]> targets, double share) {
    int looked = patches.get(0).length;
    patches.forEach(picture -> requireSize(picture.length, looked, "patches"));
    return module.callWithGradients(
        share,
        "region_loss",
        PixelTensor.of(pixels, config.vision()),
        Tensor.int64(patches.toArray(int[][]::new)),
        table(targets, looked));
  }

  /** [B, K, V] uint8. */
  private Tensor table(List<byte[]> targets, int looked) {
    ByteBuffer all = Tensor.allocate((long) looked * words * targets.size());
    for (byte[] picture : targets) {
      requireSize(picture.length, looked * words, "targets");
      all.put(picture);
    }
    return new Tensor(all.flip(), DataType.UINT8, targets.size(), looked, words);
  }

  private static void requireSize(int size, int wanted, String what) {
    if (size != wanted) {
      throw new IllegalArgumentException(
          "a picture has %d %s instead of %d".formatted(size, what, wanted));
    }
  }

  /**
   * Restores saved weights of the words.
   *
   * @param tensors those of {@link #WORD_TENSORS}
   */
  public void restoreWords(Collection<TensorSlice> tensors) {
    try (CheckpointMapper mapper = new CheckpointMapper(module, tensors)) {
      mapper.map(name -> true);
      module.call("restore_leaves", String.join("\n", WORD_TENSORS));
      module.call("unmap");
    }
  }

  @Override
  public void close() {
    module.close();
  }
}
