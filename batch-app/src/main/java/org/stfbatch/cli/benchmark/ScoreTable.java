package org.stfbatch.cli.benchmark;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.stfbatch.evaluation.Benchmark;
import org.stfbatch.evaluation.Score;
import org.stfbatch.evaluation.Score.Metric;
import org.stfbatch.evaluation.python.PythonNumber;

/** Table of scores next to the paper's. */
final class ScoreTable {
  private static final int DECIMALS = 2;
  private static final String NOTHING = "-";
  private static final int NARROWEST = 20;

  /** A format whose %d is the width of the first column. */
  private static final String ROW = "%%-%ds %%11s %%9s %%9s %%11s%%n";

  private final List<Row> rows = new ArrayList<>();

  /**
   * A benchmark's score.
   *
   * @param benchmark the benchmark
   * @param strategy compression strategy of the run; empty if only one was given
   * @param run the run; empty if the answers come from a file
   * @param questions number of questions; empty if unknown
   * @param answered number of answered questions
   * @param score empty if there is a problem
   * @param files written files
   * @param problem why there is no score
   */
  record Row(
      Benchmark benchmark,
      Optional<String> strategy,
      Optional<String> run,
      OptionalLong questions,
      OptionalLong answered,
      Optional<Score> score,
      List<Path> files,
      Optional<String> problem) {

    private String title() {
      String title = benchmark.dataSet().title();
      return strategy.map(with -> title + " " + with).orElse(title);
    }

    private boolean isIncomplete() {
      return answered().orElse(0) < questions().orElse(0);
    }

    private OptionalDouble headline() {
      return score.stream()
          .flatMap(s -> s.headline().stream())
          .mapToDouble(Metric::value)
          .findFirst();
    }

    private OptionalDouble published() {
      return benchmark.dataSet().published();
    }

    /**
     * Returns why the score cannot be compared with the paper's: a subset of the questions is
     * another benchmark.
     */
    private Optional<String> incomparable() {
      return questions.isEmpty()
          ? Optional.empty()
          : benchmark
              .dataSet()
              .reported()
              .filter(figure -> !figure.isComparable(questions.getAsLong()))
              .map(
                  figure ->
                      "%d questions: not comparable with the paper, which asks %d"
                          .formatted(questions.getAsLong(), figure.questions()));
    }

    private OptionalDouble difference() {
      return headline().isPresent() && published().isPresent() && incomparable().isEmpty()
          ? OptionalDouble.of(headline().getAsDouble() - published().getAsDouble())
          : OptionalDouble.empty();
    }
  }

  void add(Row row) {
    rows.add(row);
  }

  boolean hasProblems() {
    return rows.stream().anyMatch(row -> row.problem().isPresent());
  }

  /** Returns whether every question of a benchmark failed. */
  boolean hasNoAnswers() {
    return rows.stream()
        .anyMatch(row -> row.questions().orElse(0) > 0 && row.answered().orElse(1) == 0);
  }

  /** Returns the table with remarks about its rows. */
  String text() {
    int width = rows.stream().mapToInt(row -> row.title().length()).max().orElse(0);
    String format = ROW.formatted(Math.max(width, NARROWEST));
    StringBuilder text =
        new StringBuilder(
            format.formatted("benchmark", "answered", "score", "paper", "difference"));
    rows.forEach(row -> text.append(line(format, row)));
    rows.forEach(row -> text.append(remarks(row)));
    return text.toString();
  }

  private static String line(String format, Row row) {
    return format.formatted(
        row.title(),
        row.questions().isPresent()
            ? row.answered().getAsLong() + "/" + row.questions().getAsLong()
            : NOTHING,
        fixed(row.headline()),
        fixed(row.published()),
        row.difference().isPresent() && row.difference().getAsDouble() >= 0
            ? "+" + fixed(row.difference())
            : fixed(row.difference()));
  }

  private static String fixed(OptionalDouble value) {
    return value.isPresent() ? PythonNumber.fixed(value.getAsDouble(), DECIMALS) : NOTHING;
  }

  private static String remarks(Row row) {
    List<String> remarks = new ArrayList<>(row.problem().stream().toList());
    row.incomparable().ifPresent(remarks::add);
    row.run()
        .filter(run -> row.isIncomplete())
        .ifPresent(run -> remarks.add("some questions failed: status --run " + run + " shows why"));
    row.score().ifPresent(score -> remarks.addAll(score.notes()));
    row.files().stream().limit(1).forEach(file -> remarks.add("wrote " + written(row)));
    StringBuilder text = new StringBuilder();
    remarks.forEach(remark -> text.append("%s: %s%n".formatted(row.title(), remark)));
    return text.toString();
  }

  private static String written(Row row) {
    return row.files().size() == 1
        ? row.files().get(0).toString()
        : row.files().size() + " files in " + row.files().get(0).getParent();
  }

  /** Returns the figures other than the headline score, as the original scripts print them. */
  String details() {
    StringBuilder text = new StringBuilder();
    for (Row row : rows) {
      row.score()
          .ifPresent(
              score ->
                  score
                      .details()
                      .forEach(
                          detail ->
                              text.append(
                                  "  %-40s %s%n"
                                      .formatted(
                                          detail.name(), PythonNumber.repr(detail.value())))));
    }
    return text.toString();
  }

  /** Returns one JSON object per row. */
  String json() throws JsonProcessingException {
    StringBuilder lines = new StringBuilder();
    for (Row row : rows) {
      lines
          .append(new ObjectMapper().writeValueAsString(object(row)))
          .append(System.lineSeparator());
    }
    return lines.toString();
  }

  private static Map<String, Object> object(Row row) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("benchmark", row.benchmark().name());
    object.put("compression", row.strategy().orElse(null));
    object.put("run", row.run().orElse(null));
    object.put("questions", row.questions().isPresent() ? row.questions().getAsLong() : null);
    object.put("answered", row.answered().isPresent() ? row.answered().getAsLong() : null);
    object.put("score", orNull(row.headline()));
    object.put("published", orNull(row.published()));
    object.put("difference", orNull(row.difference()));
    Map<String, Double> metrics = new LinkedHashMap<>();
    row.score()
        .ifPresent(
            score -> {
              score.headline().ifPresent(h -> metrics.put(h.name(), h.value()));
              score.details().forEach(d -> metrics.put(d.name(), d.value()));
            });
    object.put("metrics", metrics);
    object.put("files", row.files().stream().map(Path::toString).toList());
    List<String> notes = new ArrayList<>(row.incomparable().stream().toList());
    row.score().ifPresent(score -> notes.addAll(score.notes()));
    object.put("notes", notes);
    object.put("problem", row.problem().orElse(null));
    return object;
  }

  private static Double orNull(OptionalDouble value) {
    return value.isPresent() ? value.getAsDouble() : null;
  }
}
