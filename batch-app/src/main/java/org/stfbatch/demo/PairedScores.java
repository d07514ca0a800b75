package org.stfbatch.demo;

import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;

/**
 * Answers compared with others to the same questions. The error of a difference is smaller than
 * those of the two accuracies if they are right at the same questions.
 */
public final class PairedScores {
  private final List<Question> questions;

  /**
   * A question with the fractions of correct answers, over the models of each side.
   *
   * @param shortAnswer whether the question counts in the total
   */
  record Question(String category, boolean shortAnswer, double accuracy, double other) {
    double difference() {
      return accuracy - other;
    }
  }

  PairedScores(List<Question> questions) {
    this.questions = questions;
  }

  /** Returns the comparison by category. */
  public List<PairedScore> byCategory() {
    return Arrays.stream(Category.values())
        .map(Category::word)
        .map(word -> score(word, question -> question.category().equals(word)))
        .filter(score -> score.questions() > 0)
        .toList();
  }

  /** Returns the comparison over all short answers about pictures. */
  public PairedScore total() {
    return score("all short answers", Question::shortAnswer);
  }

  private PairedScore score(String name, Predicate<Question> which) {
    List<Question> chosen = questions.stream().filter(which).toList();
    return new PairedScore(
        name,
        chosen.size(),
        mean(chosen, Question::accuracy),
        mean(chosen, Question::other),
        errorOfDifference(chosen));
  }

  private static double mean(List<Question> chosen, ToDoubleFunction<Question> value) {
    return chosen.stream().mapToDouble(value).average().orElse(0);
  }

  private static double errorOfDifference(List<Question> chosen) {
    double mean = mean(chosen, Question::difference);
    double squares = chosen.stream().mapToDouble(q -> Math.pow(q.difference() - mean, 2)).sum();
    double count = chosen.size();
    return Math.sqrt(squares / (count - 1) / count);
  }
}
