package org.stfbatch.evaluation.synthetic;

import java.util.List;

/**
 * Picture with questions and answers.
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
   * Question in one line, with its answer in a word or a phrase.
   *
   * @param question without instructions on the form of the answer
   * @param answer the correct answer
   */
  public record Asked(String question, String answer) {}
}
