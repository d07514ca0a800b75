package org.stfbatch.evaluation;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.stfbatch.evaluation.python.PythonKey;
import org.stfbatch.evaluation.python.PythonValue;
import org.stfbatch.prompt.PythonText;

/**
 * Metrics of GQA's own script that need no scene graphs: accuracies by the type and the length of
 * questions, and the distance between the distributions of given and expected answers. The script
 * fails at questions that lack a field it reads; the repaired variant omits the metrics that need
 * the field.
 */
final class GqaReport {
  private static final String ACCURACY = "accuracy";
  private static final double PERCENT = 100;

  /** Operations of a question's program that are not counted as reasoning steps. */
  private static final List<String> ASKING = List.of("exist", "query: name", "choose name");

  private final FoundFile gold;
  private final Variant variant;
  private final Accuracies accuracies = new Accuracies();
  private final Map<PythonKey, Map<PythonKey, Integer>> right = new LinkedHashMap<>();
  private final Map<PythonKey, Map<PythonKey, Integer>> said = new LinkedHashMap<>();

  /**
   * @param gold the file of the questions
   */
  GqaReport(FoundFile gold, Variant variant) {
    this.gold = gold;
    this.variant = variant;
  }

  /**
   * Counts a question if it is balanced.
   *
   * @throws BenchmarkException if the question lacks a field and the script would fail; the message
   *     names the field
   */
  void add(String id, JsonNode question, String prediction) {
    new Asked("question " + id, question, prediction).count();
  }

  /** Question with the given answer. */
  private final class Asked {
    private final String where;
    private final JsonNode question;
    private final String prediction;

    private Asked(String where, JsonNode question, String prediction) {
      this.where = where;
      this.question = question;
      this.prediction = prediction;
    }

    /**
     * Like the script, reads most fields of all questions before checking whether the question is
     * balanced.
     */
    private void count() {
      JsonNode answer = gold.value(question, "answer", where);
      Optional<String> words = text("question", question.path("question"));
      Optional<Integer> steps = steps(question.path("semantic"));
      if (!PythonValue.isTrue(needed("isBalanced", question.path("isBalanced")))) {
        return;
      }
      boolean isRight = prediction.equals(answer.textValue());
      accuracies.count(ACCURACY, isRight);
      text("types.structural", question.path("types").path("structural"))
          .ifPresent(
              type -> {
                accuracies.count(type.equals("query") ? "open" : "binary", isRight);
                accuracies.count("structural/" + type, isRight);
              });
      text("types.semantic", question.path("types").path("semantic"))
          .ifPresent(type -> accuracies.count("semantic/" + type, isRight));
      words.ifPresent(
          text -> accuracies.count(number("words", PythonText.words(text).size()), isRight));
      steps.ifPresent(count -> accuracies.count(number("steps", count), isRight));
      group()
          .ifPresent(
              group -> {
                countIn(right, group, key("answer", answer));
                countIn(said, group, PythonKey.of(prediction));
              });
    }

    private Optional<PythonKey> group() {
      JsonNode group = needed("groups.global", question.path("groups").path("global"));
      return group.isNull() || group.isMissingNode()
          ? Optional.empty()
          : Optional.of(key("groups.global", group));
    }

    private PythonKey key(String field, JsonNode value) {
      return PythonKey.of(value)
          .orElseThrow(
              () ->
                  gold.damaged(
                      "%s has %s in \"%s\"".formatted(where, PythonValue.kind(value), field)));
    }

    private Optional<String> text(String field, JsonNode value) {
      if (!value.isTextual()) {
        lacks("no text in \"" + field + "\"");
      }
      return Optional.ofNullable(value.textValue());
    }

    private Optional<Integer> steps(JsonNode program) {
      int steps = 0;
      for (JsonNode step : program) {
        if (!step.has("operation") || !step.has("argument")) {
          return lacks("a step without operation or argument in \"semantic\"");
        }
        String text =
            PythonValue.str(step.get("operation")) + ": " + PythonValue.str(step.get("argument"));
        steps += ASKING.stream().noneMatch(text::contains) ? 1 : 0;
      }
      return program.isArray() ? Optional.of(steps) : lacks("no list in \"semantic\"");
    }

    private JsonNode needed(String field, JsonNode value) {
      if (value.isMissingNode()) {
        lacks("no \"" + field + "\"");
      }
      return value;
    }

    private <T> Optional<T> lacks(String what) {
      if (variant == Variant.ORIGINAL) {
        throw gold.damaged(
            "%s has %s, which GQA's script fails at; --strict omits the metrics that need it"
                .formatted(where, what));
      }
      return Optional.empty();
    }
  }

  private static String number(String name, int number) {
    return "%s/%02d".formatted(name, number);
  }

  private static void countIn(
      Map<PythonKey, Map<PythonKey, Integer>> groups, PythonKey group, PythonKey answer) {
    groups.computeIfAbsent(group, g -> new LinkedHashMap<>()).merge(answer, 1, Integer::sum);
  }

  Score score() {
    OptionalDouble distribution = distribution();
    if (distribution.isEmpty() && variant == Variant.ORIGINAL) {
      throw gold.damaged(
          "no balanced question is in a group (groups.global), and GQA's script divides by their number; --strict omits the distribution");
    }
    Score score =
        Score.of(ACCURACY, accuracies.percent(ACCURACY)).with(accuracies.metricsBeside(ACCURACY));
    return distribution.isPresent()
        ? score.with("distribution", distribution.getAsDouble())
        : score;
  }

  /** Returns the mean chi-square over the groups, weighted by their sizes; lower is better. */
  private OptionalDouble distribution() {
    double sum = 0;
    long all = 0;
    for (Map.Entry<PythonKey, Map<PythonKey, Integer>> group : right.entrySet()) {
      double chiSquare = 0;
      long size = 0;
      for (Map.Entry<PythonKey, Integer> answer : group.getValue().entrySet()) {
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
