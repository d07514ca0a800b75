package org.stfbatch.model;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The vision tokens of several images, concatenated.
 *
 * @param counts number of tokens of each image
 * @param width the language model's hidden size, H
 * @param data [n, H] float32, n the sum of the counts
 */
public record VisionTokens(int[] counts, int width, float[] data) {
  /**
   * @throws IllegalArgumentException if the size of the data differs from that of counts and width
   */
  public VisionTokens {
    if ((long) width * IntStream.of(counts).sum() != data.length) {
      throw new IllegalArgumentException(
          "%d numbers are no vision tokens of %s pictures, %d wide"
              .formatted(data.length, Arrays.toString(counts), width));
    }
  }

  /** Returns no tokens, for prompts without an image. */
  public static VisionTokens none(int width) {
    return new VisionTokens(new int[0], width, new float[0]);
  }

  /** Returns the number of tokens of all images, n. */
  public int rows() {
    return IntStream.of(counts).sum();
  }

  /** Returns one image's tokens. */
  public VisionTokens picture(int index) {
    if (index == 0 && counts.length == 1) {
      return this;
    }
    int first = IntStream.range(0, index).map(i -> counts[i]).sum();
    int count = counts[index];
    float[] rows = Arrays.copyOfRange(data, first * width, (first + count) * width);
    return new VisionTokens(new int[] {count}, width, rows);
  }

  /**
   * Concatenates tokens.
   *
   * @param parts at least one, of the same width
   */
  public static VisionTokens joined(List<VisionTokens> parts) {
    if (parts.size() == 1) {
      return parts.get(0);
    }
    int[] counts = parts.stream().flatMapToInt(part -> IntStream.of(part.counts)).toArray();
    int width = parts.get(0).width;
    float[] data = new float[IntStream.of(counts).sum() * width];
    int at = 0;
    for (VisionTokens part : parts) {
      System.arraycopy(part.data, 0, data, at, part.data.length);
      at += part.data.length;
    }
    return new VisionTokens(counts, width, data);
  }
}
