package org.stfbatch.comparison;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.stfbatch.engine.Answer;
import org.stfbatch.engine.FinishReason;
import org.stfbatch.engine.Outcome;

/**
 * Differences between the answers of two settings, the tested one and the reference.
 *
 * @param jobs number of jobs that both settings answered
 * @param failed number of jobs that at least one setting could not answer
 * @param equalFirstTokens number of answer pairs with the same first token
 * @param equalAnswers number of answer pairs with the same tokens
 * @param likelihood differences of the likelihoods that the two settings give to the reference's
 *     generated answers
 * @param examples some pairs that differ
 */
public record AnswerDifferences(
    int jobs,
    int failed,
    int equalFirstTokens,
    int equalAnswers,
    Likelihood likelihood,
    List<Example> examples) {
  private static final int EXAMPLES = 5;

  /**
   * Absolute differences of the mean log-probability of an answer's tokens.
   *
   * @param answers number of compared answers; 0 if all were chosen from given texts
   * @param mean over the answers
   * @param worst maximum over the answers
   * @param worstJob name of the job with the maximum; null without an answer
   */
  public record Likelihood(int answers, double mean, double worst, String worstJob) {}

  /** The two settings' answers to one job. */
  public record Example(String customId, String tested, String against) {}

  /**
   * Returns the generated answers by job. Chosen answers have no tokens of their own to compare.
   */
  static Map<String, Answer> generated(Map<String, Outcome> outcomes) {
    Map<String, Answer> generated = new LinkedHashMap<>();
    outcomes.forEach(
        (name, outcome) -> {
          if (outcome instanceof Answer answer && answer.finishReason() != FinishReason.CHOICE) {
            generated.put(name, answer);
          }
        });
    return generated;
  }

  /**
   * @param generated answers of the reference
   * @param testedLikelihood log-probability of each of them under the tested setting
   * @param againstLikelihood the same under the reference
   */
  static AnswerDifferences of(
      Map<String, Outcome> tested,
      Map<String, Outcome> against,
      Map<String, Answer> generated,
      Map<String, Double> testedLikelihood,
      Map<String, Double> againstLikelihood) {
    int jobs = 0;
    int first = 0;
    int equal = 0;
    List<Example> examples = new ArrayList<>();
    for (Map.Entry<String, Outcome> entry : tested.entrySet()) {
      if (entry.getValue() instanceof Answer one
          && against.get(entry.getKey()) instanceof Answer other) {
        jobs++;
        first += one.tokenIds().get(0).equals(other.tokenIds().get(0)) ? 1 : 0;
        if (one.tokenIds().equals(other.tokenIds())) {
          equal++;
        } else if (examples.size() < EXAMPLES) {
          examples.add(new Example(entry.getKey(), one.text(), other.text()));
        }
      }
    }
    return new AnswerDifferences(
        jobs,
        tested.size() - jobs,
        first,
        equal,
        likelihood(generated, testedLikelihood, againstLikelihood),
        examples);
  }

  private static Likelihood likelihood(
      Map<String, Answer> generated, Map<String, Double> tested, Map<String, Double> against) {
    int answers = 0;
    double sum = 0;
    double worst = 0;
    String worstJob = null;
    for (Map.Entry<String, Double> entry : tested.entrySet()) {
      String job = entry.getKey();
      if (against.containsKey(job)) {
        double difference =
            Math.abs(entry.getValue() - against.get(job)) / generated.get(job).generatedTokens();
        answers++;
        sum += difference;
        if (worstJob == null || difference > worst) {
          worst = difference;
          worstJob = job;
        }
      }
    }
    return new Likelihood(answers, answers == 0 ? 0 : sum / answers, worst, worstJob);
  }
}
