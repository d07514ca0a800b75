package org.stfbatch.model;

/**
 * The vision tokens of a few pictures, one picture after the other.
 *
 * @param rows number of tokens of all pictures together, n
 * @param width the language model's width, H
 * @param data [n, H] float32
 */
public record VisionTokens(int rows, int width, float[] data) {
  /** For prompts without a picture. */
  public static VisionTokens none(int width) {
    return new VisionTokens(0, width, new float[0]);
  }
}
