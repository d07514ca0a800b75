package org.stfbatch.model;

/**
 * Sampling parameters of each row: greedy decoding or nucleus sampling.
 *
 * @param temperature [R] divisor of the logits; 0 for greedy decoding
 * @param topP [R] samples among the most probable tokens whose probabilities add up to this
 * @param key [R] a non-negative random number that decides the sample
 */
public record Sampling(float[] temperature, float[] topP, long[] key) {
  /** Greedy decoding of every row. */
  public static final Sampling GREEDY = new Sampling(new float[0], new float[0], new long[0]);

  int rows() {
    return temperature.length;
  }

  /** Returns [2, R], all temperatures, then all top_p. */
  float[] stacked() {
    float[] stacked = new float[2 * rows()];
    System.arraycopy(temperature, 0, stacked, 0, rows());
    System.arraycopy(topP, 0, stacked, rows(), rows());
    return stacked;
  }
}
