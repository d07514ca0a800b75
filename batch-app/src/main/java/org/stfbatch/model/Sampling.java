package org.stfbatch.model;

/**
 * How the next token of each row is selected: greedy decoding or nucleus sampling, after penalties.
 *
 * @param temperature [R] divisor of the logits; 0 for greedy decoding
 * @param topP [R] samples among the most probable tokens whose probabilities add up to this
 * @param key [R] a non-negative random number that decides the sample
 * @param penalties on the logits, before temperature and top-p
 */
public record Sampling(float[] temperature, float[] topP, long[] key, TokenPenalties penalties) {
  /** Greedy decoding of every row, without penalties. */
  public static final Sampling GREEDY = greedy(TokenPenalties.NONE);

  /** Returns greedy decoding of every row. */
  public static Sampling greedy(TokenPenalties penalties) {
    return new Sampling(new float[0], new float[0], new long[0], penalties);
  }

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
