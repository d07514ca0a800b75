package org.stfbatch.cli.bench;

import java.util.concurrent.Callable;
import org.stfbatch.bench.RunnerBench;
import org.stfbatch.cli.service.Stores;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures the way through PostgreSQL alone. */
@Command(
    name = "runner",
    description = {
      "Measures how many jobs a second go through PostgreSQL with an engine that answers at once, the memory on the way, and what the run costs afterwards.",
      "The database is an embedded one in a folder below --home that is removed afterwards."
    },
    footer = {"  stf-batch bench runner", "  stf-batch bench runner --jobs 1000000 --chunk 500"})
final class BenchRunnerCommand implements Callable<Integer> {
  private final Stores stores;

  @Option(
      names = "--jobs",
      defaultValue = "200000",
      paramLabel = "N",
      description = "Text-only jobs. Default: ${DEFAULT-VALUE}")
  private int jobs;

  @Option(
      names = "--chunk",
      defaultValue = "1000",
      paramLabel = "N",
      description = "Answers that are committed together. Default: ${DEFAULT-VALUE}")
  private int chunk;

  @Option(names = "--json", description = "As one JSON object.")
  private boolean json;

  BenchRunnerCommand(Stores stores) {
    this.stores = stores;
  }

  @Override
  public Integer call() throws InterruptedException {
    return BenchReportOptions.show(RunnerBench.run(stores.home(), jobs, chunk), json);
  }
}
