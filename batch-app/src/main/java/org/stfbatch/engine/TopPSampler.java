package org.stfbatch.engine;

import java.util.Comparator;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Temperature and nucleus sampling (Holtzman et al. 2020, arXiv:1904.09751): the smallest set of
 * likeliest tokens whose probabilities reach top-p is kept, and one of it is drawn by probability.
 *
 * <p>{@link SplittableRandom}'s algorithm is specified, so the same seed gives the same answer on
 * every machine whose logits are the same.
 */
final class TopPSampler implements Sampler {
  private final double temperature;
  private final double topP;
  private final SplittableRandom random;

  TopPSampler(double temperature, double topP, SplittableRandom random) {
    this.temperature = temperature;
    this.topP = topP;
    this.random = random;
  }

  @Override
  public int sample(float[] logits) {
    double[] weights = weights(logits);
    int[] order = likeliestFirst(weights);
    double total = IntStream.range(0, weights.length).mapToDouble(i -> weights[i]).sum();
    double nucleus = 0;
    int kept = 0;
    while (kept < order.length && (kept == 0 || nucleus < topP * total)) {
      nucleus += weights[order[kept++]];
    }
    double target = random.nextDouble() * nucleus;
    int chosen = 0;
    for (double sum = weights[order[0]]; sum <= target && chosen < kept - 1; ) {
      sum += weights[order[++chosen]];
    }
    return order[chosen];
  }

  private double[] weights(float[] logits) {
    double largest = logits[Sampler.argmax(logits)];
    double[] weights = new double[logits.length];
    for (int i = 0; i < logits.length; i++) {
      weights[i] = Math.exp((logits[i] - largest) / temperature);
    }
    return weights;
  }

  private int[] likeliestFirst(double[] weights) {
    return IntStream.range(0, weights.length)
        .boxed()
        .sorted(Comparator.comparingDouble((Integer i) -> -weights[i]))
        .mapToInt(Integer::intValue)
        .toArray();
  }
}
