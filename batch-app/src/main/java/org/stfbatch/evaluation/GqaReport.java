package org.stfbatch.evaluation;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.stfbatch.prompt.PythonText;

/**
 * The figures of GQA's own script that need no scene graphs: accuracies by the kind and the length
 * of questions, as far as they tell theirs, and how far the answers' distribution is from the right
 * one.
 */
final class GqaReport {
  private static final String ACCURACY = "accuracy";
  private static final double PERCENT = 100;

  /** Steps of a question's program that only ask. */
  private static final List<String> ASKING = List.of("exist", "query: name", "choose name");

  private final Accuracies accuracies = new Accuracies();
  private final Map<String, Map<String, Integer>> right = new LinkedHashMap<>();
  private final Map<String, Map<String, Integer>> said = new LinkedHashMap<>();

  /** Counts a balanced question. */
  void add(JsonNode question, String answer, String prediction) {
    boolean isRight = prediction.equals(answer);
    accuracies.count(ACCURACY, isRight);
    text(question.path("types").path("structural"))
        .ifPresent(
            type -> {
              accuracies.count(type.equals("query") ? "open" : "binary", isRight);
              accuracies.count("structural/" + type, isRight);
            });
    text(question.path("types").path("semantic"))
        .ifPresent(type -> accuracies.count("semantic/" + type, isRight));
    text(question.path("question"))
        .ifPresent(
            words -> accuracies.count(number("words", PythonText.words(words).size()), isRight));
    if (question.path("semantic").isArray()) {
      accuracies.count(number("steps", steps(question.path("semantic"))), isRight);
    }
    text(question.path("groups").path("global"))
        .ifPresent(
            group -> {
              count(right, group, answer);
              count(said, group, prediction);
            });
  }

  private static Optional<String> text(JsonNode node) {
    return Optional.ofNullable(node.textValue());
  }

  private static String number(String name, int number) {
    return "%s/%02d".formatted(name, number);
  }

  private static int steps(JsonNode program) {
    int steps = 0;
    for (JsonNode step : program) {
      String text = step.path("operation").asText() + ": " + step.path("argument").asText();
      steps += ASKING.stream().noneMatch(text::contains) ? 1 : 0;
    }
    return steps;
  }

  private static void count(Map<String, Map<String, Integer>> groups, String group, String answer) {
    groups.computeIfAbsent(group, g -> new LinkedHashMap<>()).merge(answer, 1, Integer::sum);
  }

  Score score() {
    Score score =
        Score.of(ACCURACY, accuracies.percent(ACCURACY)).with(accuracies.metricsBeside(ACCURACY));
    OptionalDouble distribution = distribution();
    return distribution.isPresent()
        ? score.with("distribution", distribution.getAsDouble())
        : score;
  }

  /** The mean chi-square over the groups, weighted by their sizes; lower is better. */
  private OptionalDouble distribution() {
    double sum = 0;
    long all = 0;
    for (Map.Entry<String, Map<String, Integer>> group : right.entrySet()) {
      double chiSquare = 0;
      long size = 0;
      for (Map.Entry<String, Integer> answer : group.getValue().entrySet()) {
        int expected = answer.getValue();
        double off = said.get(group.getKey()).getOrDefault(answer.getKey(), 0) - expected;
        chiSquare += off * off / expected;
        size += expected;
      }
      sum += chiSquare * size;
      all += size;
    }
    return all == 0 ? OptionalDouble.empty() : OptionalDouble.of(sum / all / PERCENT);
  }
}
