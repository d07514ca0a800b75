package org.stfbatch.cli.bench;

import org.stfbatch.bench.BenchReport;
import picocli.CommandLine.Option;

/** Repetitions of a measurement, and the output format. */
final class BenchReportOptions {
  @Option(
      names = "--repeat",
      defaultValue = "5",
      paramLabel = "N",
      description = "Number of measurements; the median is reported. Default: ${DEFAULT-VALUE}")
  private int repeat;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  int repeat() {
    if (repeat < 1) {
      throw new IllegalArgumentException("--repeat must be at least 1, not " + repeat);
    }
    return repeat;
  }

  int show(BenchReport report) {
    return show(report, json);
  }

  static int show(BenchReport report, boolean json) {
    System.out.println(json ? report.toJson() : report.toText());
    return 0;
  }
}
