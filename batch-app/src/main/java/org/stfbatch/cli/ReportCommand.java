package org.stfbatch.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import org.stfbatch.report.ReportFormat;
import org.stfbatch.report.ReportReader;
import org.stfbatch.report.RunReport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Says what a run did and cost. */
@Command(
    name = "report",
    description =
        "Writes what a run did, how fast, what limited it, what failed and what it cost: a page without need of a network, or data.")
final class ReportCommand implements Callable<Integer> {
  private final Stores stores;

  @Option(names = "--run", required = true, paramLabel = "RUN", description = "The run's name.")
  private String run;

  @Option(
      names = "--compare",
      arity = "1..*",
      paramLabel = "RUN",
      description = "Runs whose numbers are set beside it.")
  private List<String> others = List.of();

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FILE",
      description = "Where to; replaced only when it is complete.")
  private Path out;

  @Option(
      names = "--format",
      defaultValue = "html",
      paramLabel = "FORMAT",
      description = "One of ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}")
  private ReportFormat format;

  @Option(
      names = "--price-per-hour",
      paramLabel = "PRICE",
      description = "What the machine costs an hour, in any currency, to tell what the run cost.")
  private Double pricePerHour;

  ReportCommand(Stores stores) {
    this.stores = stores;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    OptionalDouble price = price();
    try (Stores.Connected db = stores.open();
        WholeFile file = new WholeFile(out)) {
      RunReport report =
          new ReportReader(db.database().dataSource(), Clock.systemUTC())
              .read(db.run(run), others.stream().map(db::run).toList(), price);
      format.write(report, file.writer());
      file.commit();
      System.out.printf("%s: report of run %s%n", out, run);
      return 0;
    }
  }

  private OptionalDouble price() {
    if (pricePerHour == null) {
      return OptionalDouble.empty();
    }
    if (!(pricePerHour >= 0) || pricePerHour.isInfinite()) {
      throw new IllegalArgumentException("price per hour must be 0 or more, not " + pricePerHour);
    }
    return OptionalDouble.of(pricePerHour);
  }
}
