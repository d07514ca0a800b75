package org.stfbatch.model;

/**
 * How each row's next token is chosen.
 *
 * @param temperature [R] 0 for the likeliest token, else the divisor of the logits
 * @param topP [R] draw among the likeliest tokens that together reach this probability
 * @param key [R] a random number, not negative, that decides the draw
 */
public record Sampling(float[] temperature, float[] topP, long[] key) {
  /** The likeliest token of every row. */
  public static final Sampling GREEDY = new Sampling(new float[0], new float[0], new long[0]);

  int rows() {
    return temperature.length;
  }

  /** [2, R], all temperatures and then all top_p. */
  float[] stacked() {
    float[] stacked = new float[2 * rows()];
    System.arraycopy(temperature, 0, stacked, 0, rows());
    System.arraycopy(topP, 0, stacked, rows(), rows());
    return stacked;
  }
}
