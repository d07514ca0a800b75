package org.stfbatch.comparison;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.stfbatch.model.FloatTensor;

/**
 * Differences between two settings' hidden states at the last token of each prompt.
 *
 * @param prompts number of compared prompts
 * @param meanCosine mean cosine similarity of the states after the last norm
 * @param worstCosine minimum of these
 * @param layers one for each layer of the language model
 */
public record StateDifferences(
    int prompts, double meanCosine, double worstCosine, List<Layer> layers) {
  /**
   * Error of one layer of the language model.
   *
   * @param layer from 0
   * @param error relative error after the layer, {@code |tested - against| / |against|}, averaged
   *     over all prompts
   * @param growth error minus the error after the layer before; negative if the layer reduced it
   */
  public record Layer(int layer, double error, double growth) {}

  /**
   * @param tested [layers + 1, H] states of each prompt; the last row is after the last norm
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

  /**
   * Returns up to {@code count} layers with the largest growth of the error, in descending order.
   */
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
