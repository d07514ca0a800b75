package org.stfbatch.evaluation;

import java.util.List;

/**
 * VQA soft accuracy: the mean of min(1, matches / 3) over the ten subsets of nine human answers. It
 * is 0, 0.3, 0.6, 0.9 or 1, up to rounding.
 */
final class SoftAccuracy {
  static final int PEOPLE = 10;
  private static final double ENOUGH = 3;

  private SoftAccuracy() {}

  /**
   * @param prediction the model's answer
   * @param answers exactly {@value #PEOPLE} human answers
   */
  static double of(String prediction, List<String> answers) {
    if (answers.size() != PEOPLE) {
      throw new IllegalArgumentException(answers.size() + " human answers instead of ten");
    }
    String wanted = EvalAiAnswer.normalised(prediction);
    List<Boolean> same =
        answers.stream().map(answer -> EvalAiAnswer.normalised(answer).equals(wanted)).toList();
    long all = same.stream().filter(Boolean::booleanValue).count();
    double sum = 0;
    for (boolean leftOut : same) {
      long others = leftOut ? all - 1 : all;
      sum += Math.min(1, others / ENOUGH);
    }
    return sum / PEOPLE;
  }
}
