package org.stfbatch.demo;

/**
 * Accuracy of the answers to a set of questions.
 *
 * @param name of the set
 * @param questions their number, including those without an answer
 * @param right number of correct answers
 * @param chance expected fraction of correct answers when guessing, 0 to 1
 */
public record Score(String name, int questions, int right, double chance) {

  /** Returns the fraction of correct answers, 0 to 1. */
  public double accuracy() {
    return questions == 0 ? 0 : (double) right / questions;
  }

  /** Returns the binomial standard error of the accuracy. */
  public double error() {
    return questions == 0 ? 0 : Math.sqrt(accuracy() * (1 - accuracy()) / questions);
  }
}
