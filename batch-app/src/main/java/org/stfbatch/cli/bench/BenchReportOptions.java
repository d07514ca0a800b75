package org.stfbatch.cli.bench;

import org.stfbatch.bench.BenchReport;
import picocli.CommandLine.Option;

/** How often is measured, and how the result is shown. */
final class BenchReportOptions {
  @Option(
      names = "--repeat",
      defaultValue = "5",
      paramLabel = "N",
      description = "Measure so often; the median counts. Default: ${DEFAULT-VALUE}")
  private int repeat;

  @Option(names = "--json", description = "As one JSON object.")
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
