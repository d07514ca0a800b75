package org.stfbatch.report;

import java.io.IOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;

/**
 * Numbers of several runs side by side.
 *
 * @param header the columns' names
 * @param rows a fact each
 */
record FactTable(List<String> header, List<List<String>> rows) {

  static FactTable of(RunReport report) {
    List<String> header =
        Stream.concat(
                Stream.of("fact", "unit", report.run()),
                report.others().stream().map(RunReport.Other::run))
            .toList();
    return new FactTable(
        header, report.facts().stream().map(fact -> row(fact, report.others())).toList());
  }

  private static List<String> row(Fact fact, List<RunReport.Other> others) {
    List<String> row = new ArrayList<>(List.of(fact.name(), fact.unit(), number(fact.value())));
    others.forEach(other -> row.add(valueOf(fact.name(), other.facts())));
    return row;
  }

  private static String valueOf(String name, List<Fact> facts) {
    return facts.stream()
        .filter(fact -> fact.name().equals(name))
        .map(fact -> number(fact.value()))
        .findFirst()
        .orElse("");
  }

  private static String number(double value) {
    return value == Math.rint(value)
        ? String.format(Locale.ROOT, "%.0f", value)
        : String.format(Locale.ROOT, "%.6g", value);
  }

  void writeCsv(Writer out) throws IOException {
    // Not closed: the writer is the caller's.
    CSVPrinter printer = new CSVPrinter(out, CSVFormat.RFC4180);
    printer.printRecord(header);
    printer.printRecords(rows);
    printer.flush();
  }
}
