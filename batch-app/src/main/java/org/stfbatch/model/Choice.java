package org.stfbatch.model;

/**
 * How each row's next token is chosen.
 *
 * @param temperature [R] 0 for the likeliest token, else the divisor of the logits
 * @param topP [R] draw among the likeliest tokens that together reach this probability
 * @param uniform [R] a random number in [0, 1) that decides the draw
 */
public record Choice(float[] temperature, float[] topP, float[] uniform) {
  /** The likeliest token of every row. */
  public static final Choice LIKELIEST = new Choice(new float[0], new float[0], new float[0]);

  int rows() {
    return temperature.length;
  }

  /** [3, R], one kind of number after the other. */
  float[] stacked() {
    float[] stacked = new float[3 * rows()];
    System.arraycopy(temperature, 0, stacked, 0, rows());
    System.arraycopy(topP, 0, stacked, rows(), rows());
    System.arraycopy(uniform, 0, stacked, 2 * rows(), rows());
    return stacked;
  }
}
