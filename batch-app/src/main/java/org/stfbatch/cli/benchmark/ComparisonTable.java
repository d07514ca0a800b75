package org.stfbatch.cli.benchmark;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.stfbatch.evaluation.Benchmark;
import org.stfbatch.evaluation.PublishedResult;
import org.stfbatch.evaluation.python.PythonNumber;

/** Table of compression strategies and published results for each benchmark. */
final class ComparisonTable {
  private static final String ROW = "%-44s %8s %9s %9s %12s%n";
  private static final String NOTHING = "-";
  private static final MathContext THREE_DIGITS = new MathContext(3);

  private final List<ComparedRow> rows = new ArrayList<>();

  void add(ComparedRow row) {
    rows.add(row);
  }

  boolean isEmpty() {
    return rows.isEmpty();
  }

  String text() {
    StringBuilder text = new StringBuilder();
    rows.stream().map(ComparedRow::benchmark).distinct().forEach(b -> text.append(of(b)));
    return text.toString();
  }

  private String of(Benchmark benchmark) {
    StringBuilder text = new StringBuilder();
    String title = benchmark.dataSet().title();
    text.append(ROW.formatted(title, "score", "tokens", "TFLOPs", "questions/s"));
    rows.stream()
        .filter(row -> row.benchmark().equals(benchmark))
        .forEach(row -> text.append(line(row)));
    PublishedResult.of(benchmark.name()).forEach(result -> text.append(line(result)));
    return text.append(System.lineSeparator()).toString();
  }

  private static String line(ComparedRow row) {
    return ROW.formatted(
        row.strategy(),
        fixed(row.score(), 2),
        tokens(row),
        row.teraFlops().isPresent() ? significant(row.teraFlops().getAsDouble()) : NOTHING,
        fixed(row.questionsPerSecond(), 2));
  }

  private static String line(PublishedResult result) {
    return ROW.formatted(
        "%s (%s)".formatted(result.method(), result.source()),
        fixed(OptionalDouble.of(result.score()), 2),
        result.visionTokens().isPresent() ? result.visionTokens().getAsInt() : NOTHING,
        fixed(result.teraFlops(), 1),
        NOTHING);
  }

  /**
   * Formats the tokens of the first layer and, where the language model prunes them, of the later
   * ones.
   */
  private static String tokens(ComparedRow row) {
    String all = fixed(row.visionTokens(), 0);
    return row.keptTokens().isPresent() ? all + "->" + row.keptTokens().getAsInt() : all;
  }

  private static String significant(double value) {
    return new BigDecimal(value).round(THREE_DIGITS).toPlainString();
  }

  private static String fixed(OptionalDouble value, int decimals) {
    return value.isPresent() ? PythonNumber.fixed(value.getAsDouble(), decimals) : NOTHING;
  }
}
