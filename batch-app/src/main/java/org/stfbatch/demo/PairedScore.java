package org.stfbatch.demo;

/**
 * Accuracies of two sets of answers to the same questions, 0 to 1.
 *
 * @param name of the questions
 * @param questions their number
 * @param accuracy of the answers
 * @param other of those that they are compared with
 * @param error standard error of the mean difference over the questions; not a number with fewer
 *     than two
 */
public record PairedScore(String name, int questions, double accuracy, double other, double error) {

  /** Returns how far the answers are above those that they are compared with. */
  public double difference() {
    return accuracy - other;
  }
}
