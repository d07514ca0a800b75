package org.stfbatch.report;

import java.io.IOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;
import org.stfbatch.db.ChunkMetric;

/**
 * Table of the facts of one or more runs: one column for each run, with its times, model and
 * numbers.
 */
final class FactTable {
  private final List<RunReport.Other> runs;

  private FactTable(List<RunReport.Other> runs) {
    this.runs = runs;
  }

  static FactTable of(RunReport report) {
    RunReport.Other first =
        new RunReport.Other(
            report.run(),
            report.started(),
            report.finished(),
            report.model(),
            report.places(),
            report.facts());
    return new FactTable(Stream.concat(Stream.of(first), report.others().stream()).toList());
  }

  /** Returns the names of the runs. */
  List<String> names() {
    return runs.stream().map(RunReport.Other::run).toList();
  }

  /** A row with a cell for each run. */
  record Row(String fact, String group, String label, String unit, List<String> cells) {}

  /**
   * Returns the rows with the times and models of the runs.
   *
   * @param time formats an instant in ISO 8601
   */
  List<Row> origins(Function<String, String> time) {
    return List.of(
        row("started", "Started", "UTC", run -> time.apply(run.started())),
        row("finished", "Last stored", "UTC", run -> time.apply(run.finished())),
        row("model", "Model", "", RunReport.Other::model),
        row(
            "model_fingerprint",
            "Model fingerprint",
            "",
            places(ChunkMetric.Place::modelFingerprint)),
        row("compression", "Compression", "", places(ChunkMetric.Place::compression)),
        row("weight_format", "Weight format", "", places(ChunkMetric.Place::weightFormat)),
        row("device", "Device", "", places(ChunkMetric.Place::device)),
        row("dtype", "Dtype", "", places(ChunkMetric.Place::dtype)),
        row("batch", "Batch", "", places(place -> String.valueOf(place.batch()))));
  }

  private Row row(String fact, String label, String unit, Function<RunReport.Other, String> value) {
    return new Row(fact, "Run", label, unit, runs.stream().map(value).toList());
  }

  private static Function<RunReport.Other, String> places(
      Function<ChunkMetric.Place, String> field) {
    return run -> run.places().stream().map(field).distinct().collect(Collectors.joining(", "));
  }

  /**
   * Returns the rows with the numbers of the first run and those of the same name of the others.
   *
   * @param text formats a number
   */
  List<Row> numbers(Function<Fact, String> text) {
    return runs.get(0).facts().stream()
        .map(
            fact ->
                new Row(
                    fact.name(),
                    fact.group(),
                    fact.label(),
                    fact.unit(),
                    runs.stream().map(run -> cell(fact.name(), run, text)).toList()))
        .toList();
  }

  private static String cell(String name, RunReport.Other run, Function<Fact, String> text) {
    return run.facts().stream()
        .filter(fact -> fact.name().equals(name))
        .map(text)
        .findFirst()
        .orElse("");
  }

  private static String exact(Fact fact) {
    return fact.value() == Math.rint(fact.value())
        ? String.format(Locale.ROOT, "%.0f", fact.value())
        : String.format(Locale.ROOT, "%.6g", fact.value());
  }

  /**
   * Writes the table as CSV for spreadsheets and programs: numbers are not rounded, and the stable
   * names come first.
   */
  void writeCsv(Writer out) throws IOException {
    // Not closed: the caller closes the writer.
    CSVPrinter printer = new CSVPrinter(out, CSVFormat.RFC4180);
    List<String> header = new ArrayList<>(List.of("fact", "group", "name", "unit"));
    header.addAll(names());
    printer.printRecord(header);
    for (Row row :
        Stream.concat(numbers(FactTable::exact).stream(), origins(time -> time).stream())
            .toList()) {
      List<String> cells = new ArrayList<>();
      cells.addAll(List.of(row.fact(), row.group(), row.label(), row.unit()));
      cells.addAll(row.cells());
      printer.printRecord(cells);
    }
    printer.flush();
  }
}
