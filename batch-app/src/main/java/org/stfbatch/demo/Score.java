package org.stfbatch.demo;

/**
 * How well some questions were answered.
 *
 * @param name of the questions
 * @param questions their number, those without an answer included
 * @param right answers that are right
 * @param chance the share of right answers that guessing would give, 0 to 1
 */
public record Score(String name, int questions, int right, double chance) {

  /** The share of right answers, 0 to 1. */
  public double accuracy() {
    return questions == 0 ? 0 : (double) right / questions;
  }

  /** The binomial standard error of the accuracy. */
  public double error() {
    return questions == 0 ? 0 : Math.sqrt(accuracy() * (1 - accuracy()) / questions);
  }
}
