package org.stfbatch.comparison;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import java.util.List;
import java.util.Locale;

/**
 * Result of a comparison of two settings.
 *
 * @param sides the tested setting and the reference
 * @param answers differences of the answers
 * @param states differences of the hidden states
 */
public record Comparison(List<Side> sides, AnswerDifferences answers, StateDifferences states) {
  private static final int WORST_LAYERS = 3;
  private static final int LONGEST_EXAMPLE = 60;

  /**
   * Description and speed of one setting.
   *
   * @param dtype of activations
   * @param weights how matrices are stored: plain or int8
   * @param compression the strategy
   * @param deviceSeconds device time of all answers, in seconds
   * @param questionsPerSecond jobs divided by the device time
   */
  public record Side(
      String dtype,
      String weights,
      String compression,
      double deviceSeconds,
      double questionsPerSecond) {}

  /** Returns the result as one JSON object; names in snake case. */
  public String toJson() {
    ObjectMapper mapper =
        new ObjectMapper().setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE);
    try {
      return mapper.writeValueAsString(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a comparison could not be written as JSON", e);
    }
  }

  /** Returns the result as a text table. */
  public String toText() {
    StringBuilder text = new StringBuilder();
    row(text, "", "tested", "against");
    row(text, "dtype", tested().dtype(), against().dtype());
    row(text, "weights", tested().weights(), against().weights());
    row(text, "compression", tested().compression(), against().compression());
    row(
        text,
        "device seconds",
        number(tested().deviceSeconds()),
        number(against().deviceSeconds()));
    row(
        text,
        "questions/s",
        number(tested().questionsPerSecond()),
        number(against().questionsPerSecond()));
    line(
        text,
        "speed",
        "%.2f times that of the other",
        tested().questionsPerSecond() / against().questionsPerSecond());
    text.append('\n');
    line(text, "questions", "%d, and %d that failed", answers.jobs(), answers.failed());
    line(text, "equal first tokens", "%s", share(answers.equalFirstTokens()));
    line(text, "equal answers", "%s", share(answers.equalAnswers()));
    appendLikelihood(text);
    appendStates(text);
    answers.examples().forEach(example -> appendExample(text, example));
    return text.toString().stripTrailing();
  }

  private Side tested() {
    return sides.get(0);
  }

  private Side against() {
    return sides.get(1);
  }

  private void appendLikelihood(StringBuilder text) {
    AnswerDifferences.Likelihood found = answers.likelihood();
    if (found.answers() > 0) {
      line(
          text,
          "log-probability a token",
          "differs by %.4f on average, at most by %.4f (%s)",
          found.mean(),
          found.worst(),
          found.worstJob());
    }
  }

  private void appendStates(StringBuilder text) {
    line(
        text,
        "last hidden states",
        "cosine %.6f on average, %.6f at worst, of %d prompts",
        states.meanCosine(),
        states.worstCosine(),
        states.prompts());
    for (StateDifferences.Layer layer : states.worst(WORST_LAYERS)) {
      line(
          text,
          "layer " + layer.layer(),
          "adds %+.2f points to a relative error of %.2f %% behind it",
          100 * layer.growth(),
          100 * layer.error());
    }
  }

  private static void appendExample(StringBuilder text, AnswerDifferences.Example example) {
    text.append('\n');
    line(text, "differs", "%s", example.customId());
    line(text, "  tested", "%s", cut(example.tested()));
    line(text, "  against", "%s", cut(example.against()));
  }

  private static String cut(String text) {
    String line = text.replaceAll("\\s+", " ");
    return line.length() <= LONGEST_EXAMPLE ? line : line.substring(0, LONGEST_EXAMPLE) + "...";
  }

  private String share(int count) {
    double percent = answers.jobs() == 0 ? 0 : 100.0 * count / answers.jobs();
    return String.format(Locale.ROOT, "%d of %d (%.1f %%)", count, answers.jobs(), percent);
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }

  private static void row(StringBuilder text, String name, String first, String second) {
    text.append(String.format(Locale.ROOT, "%-26s%-35s %s%n", name, first, second));
  }

  private static void line(StringBuilder text, String name, String format, Object... values) {
    text.append(String.format(Locale.ROOT, "%-26s", name))
        .append(String.format(Locale.ROOT, format, values))
        .append('\n');
  }
}
