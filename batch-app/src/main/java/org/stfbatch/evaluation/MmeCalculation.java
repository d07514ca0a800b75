package org.stfbatch.evaluation;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.stfbatch.evaluation.Score.Metric;
import org.stfbatch.prompt.PythonText;

/**
 * MME's own calculation: two lines of a task's file belong to one image. The score of a task is the
 * accuracy plus the fraction of images with both answers correct, in percent each.
 */
final class MmeCalculation {
  private static final int COLUMNS = 4;
  private static final int CHARACTERS_READ = 4;
  private static final double PERCENT = 100;

  private final Map<String, StringBuilder> files;
  private final Variant variant;
  private final List<Metric> metrics = new ArrayList<>();

  private MmeCalculation(Map<String, StringBuilder> files, Variant variant) {
    this.files = files;
    this.variant = variant;
  }

  /**
   * @param files text written by the converter, by task
   */
  static Score of(Map<String, StringBuilder> files, Variant variant) {
    MmeCalculation calculation = new MmeCalculation(files, variant);
    double perception = calculation.sum(MmeTasks.PERCEPTION);
    double cognition = calculation.sum(MmeTasks.COGNITION);
    return Score.of("perception", perception)
        .with("cognition", cognition)
        .with(calculation.metrics);
  }

  private double sum(List<String> tasks) {
    double sum = 0;
    for (String task : tasks) {
      double score = score(task);
      metrics.add(new Metric(task, score));
      sum += score;
    }
    return sum;
  }

  private double score(String task) {
    StringBuilder file = files.get(task);
    if (file == null) {
      if (variant == Variant.STRICT) {
        return 0;
      }
      throw new BenchmarkException(
          "mme: no answer is about the task %s, and the original's calculation requires all tasks; --strict counts 0"
              .formatted(task));
    }
    List<String> lines = lines(file.toString());
    if (lines.size() % 2 != 0) {
      throw new BenchmarkException(
          "mme: the task %s has an odd number of lines (%d), but every image has two: is an answer missing, or does one hold a line break, which --strict removes?"
              .formatted(task, lines.size()));
    }
    return score(task, lines);
  }

  private static double score(String task, List<String> lines) {
    int right = 0;
    int bothRight = 0;
    for (int i = 0; i < lines.size(); i += 2) {
      int rightHere =
          (isRight(task, lines.get(i)) ? 1 : 0) + (isRight(task, lines.get(i + 1)) ? 1 : 0);
      right += rightHere;
      bothRight += rightHere == 2 ? 1 : 0;
    }
    double accuracy = (double) right / lines.size();
    double accuracyPlus = bothRight / (lines.size() / 2.0);
    return accuracy * PERCENT + accuracyPlus * PERCENT;
  }

  private static boolean isRight(String task, String line) {
    String[] columns = line.split("\t", -1);
    if (columns.length != COLUMNS) {
      throw new BenchmarkException(
          "mme: a line of the task %s has %d columns instead of %d: does an answer hold a tab or a line break, which --strict removes? (%s)"
              .formatted(task, columns.length, COLUMNS, PythonText.strip(line)));
    }
    String truth = PythonText.lower(columns[2]);
    if (!truth.equals("yes") && !truth.equals("no")) {
      throw new BenchmarkException(
          "mme: a right answer of the task %s is neither yes nor no: %s".formatted(task, truth));
    }
    return truth.equals(said(columns[3]));
  }

  /** Only the first characters are read. The line feed at the end of the answer is still there. */
  static String said(String answer) {
    String lower = PythonText.lower(answer);
    String beginning =
        lower.substring(
            0,
            lower.offsetByCodePoints(
                0, Math.min(CHARACTERS_READ, lower.codePointCount(0, lower.length()))));
    if (beginning.contains("yes")) {
      return "yes";
    }
    return beginning.contains("no") ? "no" : "other";
  }

  /** Splits into lines, keeping their ends. As in Python, a carriage return also ends a line. */
  private static List<String> lines(String text) {
    List<String> lines = new ArrayList<>();
    String unified = text.replace("\r\n", "\n").replace('\r', '\n');
    int start = 0;
    for (int end = unified.indexOf('\n'); end >= 0; end = unified.indexOf('\n', start)) {
      lines.add(unified.substring(start, end + 1));
      start = end + 1;
    }
    return lines;
  }
}
