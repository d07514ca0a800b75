package org.stfbatch.model;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import org.stfbatch.compression.CompressionStrategy;
import org.stfbatch.compression.Yopo;
import org.stfbatch.model.checkpoint.ClipVisionConfig;
import org.stfbatch.model.checkpoint.LlavaCheckpoint;
import org.stfbatch.model.checkpoint.LlavaConfig;
import org.stfbatch.model.checkpoint.TensorNames;
import org.stfbatch.model.checkpoint.TokenPacker;

/**
 * Counts the floating-point operations of training, by the formulas of {@link ModelFlops}, for the
 * forward pass, the backward pass to the activations, and the backward pass to the trained weights.
 * Norms, activations, softmax, the optimizer and padding are not counted.
 */
public final class TrainingFlops {
  /** Forward, backward to the activations, backward to the weights. */
  private static final int PASSES = 3;

  private final LlavaConfig config;
  private final double picture;
  private final double token;
  private final double fusedToken;
  private final double label;
  private final double pairOfPositions;

  private TrainingFlops(
      LlavaConfig config, Map<String, List<Long>> shapes, SortedSet<String> trained) {
    double fusion = 0;
    double fusedText = 0;
    double layers = 0;
    double head = 0;
    for (Map.Entry<String, List<Long>> tensor : shapes.entrySet()) {
      String name = tensor.getKey();
      if (tensor.getValue().size() < 2) {
        continue;
      }
      double passes = 1 + (isFirst(name, shapes) ? 0 : 1) + (trained.contains(name) ? 1 : 0);
      double work = passes * ModelFlops.product(tensor.getValue());
      if (TensorNames.isFusion(name)) {
        fusion += work * ModelFlops.rows(config, name, config.visionTokens());
        fusedText += TensorNames.isPrefusion(name) ? work : 0;
      } else if (name.startsWith(TensorNames.LAYERS)) {
        layers += work;
      } else if (name.equals(TensorNames.OUTPUT)) {
        head += work;
      }
    }
    this.config = config;
    Optional<MiniFlops> mini = config.fusion().mini().map(own -> new MiniFlops(config));
    this.picture = fusion + PASSES * mini.map(MiniFlops::attentionOfImage).orElse(0.0);
    this.fusedToken = fusedText + PASSES * mini.map(MiniFlops::attentionToImage).orElse(0.0);
    this.token = layers;
    this.label = head;
    // Backward to queries, keys, values and scores takes twice as much as forward.
    this.pairOfPositions =
        PASSES * ModelFlops.keyOfLayer(config.language()) * config.language().numHiddenLayers();
  }

  /** Returns the counts of training these weights of a model. */
  public static TrainingFlops of(TrainableModel model) {
    SortedMap<String, List<Long>> shapes = model.weights().shapes();
    return new TrainingFlops(model.config(), shapes, model.weights().trained());
  }

  /**
   * Returns the counts of training a checkpoint.
   *
   * @param trained selects the trained tensors, as for {@link TrainableModel#load}
   */
  public static TrainingFlops of(LlavaCheckpoint checkpoint, Predicate<String> trained) {
    SortedMap<String, List<Long>> shapes = TrainableModel.shapes(checkpoint);
    return new TrainingFlops(
        checkpoint.config(), shapes, TrainableModel.selected(shapes.keySet(), trained));
  }

  /** The first layer of the fusion needs no gradient of its input. */
  private static boolean isFirst(String name, Map<String, List<Long>> shapes) {
    if (TokenPacker.isFirst(name)) {
      return true;
    }
    String multiBlock = TensorNames.CROSS_LAYER + "0.weight";
    return name.equals(
        shapes.containsKey(multiBlock) ? multiBlock : TensorNames.PROJECTOR + "0.weight");
  }

  /**
   * Returns the operations of a row.
   *
   * @param compression one that can be trained with
   */
  public ToDoubleFunction<TrainingRow> ofRows(CompressionStrategy compression) {
    Optional<ImagePruning> pooling = TrainingStrategy.of(compression, config).pooling();
    int layers = config.language().numHiddenLayers();
    double before = pooling.map(ImagePruning::layer).orElse(layers) / (double) layers;
    double saved = saved(compression);
    return row -> {
      int dropped = pooling.map(p -> PooledRows.dropped(row, config.visionTokens(), p)).orElse(0);
      return row.pictures() * picture
          + before * layers(row.length())
          - row.pictures() * saved
          + (1 - before) * layers(row.length() - dropped)
          + row.fusedTokens() * fusedToken
          + row.targets() * label;
    };
  }

  /** Returns the operations that YOPO's masks make superfluous for one image. */
  private double saved(CompressionStrategy compression) {
    if (compression instanceof Yopo yopo) {
      double share = new YopoFlops(yopo, config.language(), config.shape()).share();
      return (1 - share) * layers(config.visionTokens());
    }
    return 0;
  }

  /** Returns the operations of all layers for a row of so many positions. */
  private double layers(double positions) {
    return positions * token + positions * (positions + 1) / 2 * pairOfPositions;
  }

  /**
   * Returns the operations per image of training a vision tower.
   *
   * @param blocks trained blocks
   * @param patches processed patches per image
   */
  public static double ofTower(ClipVisionConfig vision, int blocks, int patches) {
    // The patch embedding needs no gradient of its input.
    return (PASSES - 1) * ModelFlops.patchEmbedding(vision)
        + PASSES * blocks * ModelFlops.clipBlock(vision, patches);
  }
}
