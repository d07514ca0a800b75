package org.stfbatch.evaluation.synthetic;

import java.util.List;

/**
 * A picture and what is known about it.
 *
 * @param image an encoded image in any format
 * @param asked at least one question about it
 */
public record DrawnPicture(byte[] image, List<Asked> asked) {
  public DrawnPicture {
    asked = List.copyOf(asked);
    if (asked.isEmpty()) {
      throw new IllegalArgumentException("a picture needs a question");
    }
  }

  /**
   * A question in one line, and its answer in a word or a phrase.
   *
   * @param question without any instruction how to answer
   * @param answer the right one
   */
  public record Asked(String question, String answer) {}
}
