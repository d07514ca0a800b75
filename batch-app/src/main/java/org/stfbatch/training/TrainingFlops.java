package org.stfbatch.training;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import org.stfbatch.model.TrainableModel;
import org.stfbatch.model.TrainingRow;
import org.stfbatch.model.checkpoint.LlamaConfig;
import org.stfbatch.model.checkpoint.LlavaConfig;
import org.stfbatch.model.checkpoint.TensorNames;

/**
 * Counts the floating-point operations of training: two per multiply-add of the matrix products and
 * of causal attention, for the forward pass, the backward pass to the activations, and the backward
 * pass to the trained weights. Norms, activations, softmax, the optimizer and padding are not
 * counted.
 */
final class TrainingFlops {
  private final LlamaConfig language;
  private final double picture;
  private final double token;
  private final double label;
  private final double pairOfPositions;

  private TrainingFlops(
      LlavaConfig config, Map<String, List<Long>> shapes, SortedSet<String> trained) {
    this.language = config.language();
    double fusion = 0;
    double layers = 0;
    double head = 0;
    for (Map.Entry<String, List<Long>> tensor : shapes.entrySet()) {
      if (tensor.getValue().size() < 2) {
        continue;
      }
      String name = tensor.getKey();
      boolean first = isFirst(name, shapes);
      double passes = 1 + (first ? 0 : 1) + (trained.contains(name) ? 1 : 0);
      double work = 2 * passes * tensor.getValue().stream().reduce(1L, (a, b) -> a * b);
      if (TensorNames.isProjector(name)) {
        fusion += work * rows(config, name);
      } else if (name.startsWith(TensorNames.LAYERS)) {
        layers += work;
      } else if (name.equals(TensorNames.OUTPUT)) {
        head += work;
      }
    }
    this.picture = fusion;
    this.token = layers;
    this.label = head;
    // Forward: attention scores and weighted sums. Backward to queries, keys, values and scores:
    // twice as much.
    this.pairOfPositions = 3.0 * 4 * language.hiddenSize() * language.numHiddenLayers();
  }

  static TrainingFlops of(TrainableModel model) {
    SortedMap<String, List<Long>> shapes = model.weights().shapes();
    return new TrainingFlops(model.config(), shapes, model.weights().trained());
  }

  /** The first layer of the fusion needs no gradient of its input. */
  private static boolean isFirst(String name, Map<String, List<Long>> shapes) {
    String multiBlock = TensorNames.CROSS_LAYER + "0.weight";
    return name.equals(
        shapes.containsKey(multiBlock) ? multiBlock : TensorNames.PROJECTOR + "0.weight");
  }

  private static int rows(LlavaConfig config, String tensor) {
    return tensor.startsWith(TensorNames.CROSS_LAYER)
        ? config.vision().patches()
        : config.visionTokens();
  }

  /** Returns the operations of one row. */
  double of(TrainingRow row) {
    double positions = row.length();
    return row.pictures() * picture
        + positions * token
        + positions * (positions + 1) / 2 * pairOfPositions
        + row.targets() * label;
  }
}
