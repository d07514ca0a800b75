package org.stfbatch.comparison;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.stfbatch.engine.Answer;
import org.stfbatch.engine.FinishReason;
import org.stfbatch.engine.Outcome;

/**
 * How much answers differ.
 *
 * @param jobs that both settings answered
 * @param failed jobs that one or both could not answer
 * @param equalFirstTokens answers that begin alike
 * @param equalAnswers answers that are the same token by token
 * @param likelihood how differently likely the answers of the setting that is compared with are; of
 *     no answers if all were chosen from given texts
 * @param examples some answers that differ
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
   * Differences of the mean log-probability of an answer's tokens, without their signs.
   *
   * @param answers that were looked at
   * @param mean over the answers
   * @param worst of all
   * @param worstJob where that was; null without an answer
   */
  public record Likelihood(int answers, double mean, double worst, String worstJob) {}

  /** Two answers to one job. */
  public record Example(String customId, String tested, String against) {}

  /** Of generated answers only: others have no tokens of their own. */
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
   * @param generated answers of the setting that is compared with
   * @param testedLikelihood log-probability of each of them to the tested setting
   * @param againstLikelihood likewise to the other
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
