package org.stfbatch.comparison;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.stfbatch.model.FloatTensor;

/**
 * How much the hidden states of prompts' last tokens differ.
 *
 * @param prompts that were looked at
 * @param meanCosine of the states after the last norm
 * @param worstCosine the least of them
 * @param layers one for each layer of the language model
 */
public record StateDifferences(
    int prompts, double meanCosine, double worstCosine, List<Layer> layers) {
  /**
   * A layer of the language model.
   *
   * @param layer counted from 0
   * @param error length of the difference of the two states after the layer by the length of the
   *     state, the mean over all prompts
   * @param growth how much of the error was not there before the layer; negative if it made the
   *     states more alike
   */
  public record Layer(int layer, double error, double growth) {}

  /**
   * @param tested states [layers + 1, H] of each prompt, the last after the last norm
   * @param against likewise
   */
  static StateDifferences of(List<FloatTensor> tested, List<FloatTensor> against) {
    int layers = Math.toIntExact(tested.get(0).shape().get(0)) - 1;
    double[] cosines = new double[tested.size()];
    double[] errors = new double[layers];
    for (int prompt = 0; prompt < tested.size(); prompt++) {
      for (int layer = 0; layer < layers; layer++) {
        errors[layer] += error(tested.get(prompt), against.get(prompt), layer) / tested.size();
      }
      cosines[prompt] = cosine(tested.get(prompt), against.get(prompt), layers);
    }
    List<Layer> all = new ArrayList<>();
    for (int i = 0; i < layers; i++) {
      all.add(new Layer(i, errors[i], i == 0 ? errors[0] : errors[i] - errors[i - 1]));
    }
    return new StateDifferences(
        tested.size(),
        IntStream.range(0, cosines.length).mapToDouble(i -> cosines[i]).average().orElseThrow(),
        IntStream.range(0, cosines.length).mapToDouble(i -> cosines[i]).min().orElseThrow(),
        all);
  }

  /** The layers whose error grows most, at most so many, the worst first. */
  List<Layer> worst(int count) {
    return layers.stream()
        .sorted(Comparator.comparingDouble(Layer::growth).reversed())
        .limit(count)
        .toList();
  }

  private static double error(FloatTensor a, FloatTensor b, int row) {
    return Math.sqrt(sum(a, b, row, (x, y) -> (x - y) * (x - y)) / product(b, b, row));
  }

  private static double cosine(FloatTensor a, FloatTensor b, int row) {
    return product(a, b, row) / Math.sqrt(product(a, a, row) * product(b, b, row));
  }

  private static double product(FloatTensor a, FloatTensor b, int row) {
    return sum(a, b, row, (x, y) -> x * y);
  }

  private interface Term {
    double of(double x, double y);
  }

  private static double sum(FloatTensor a, FloatTensor b, int row, Term term) {
    int width = Math.toIntExact(a.shape().get(1));
    double sum = 0;
    for (int i = row * width; i < (row + 1) * width; i++) {
      sum += term.of(a.data()[i], b.data()[i]);
    }
    return sum;
  }
}
