package org.stfbatch.cli.bench;

import java.util.concurrent.Callable;
import org.stfbatch.bench.RunnerBench;
import org.stfbatch.cli.service.Stores;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bench runner}: measures the path through PostgreSQL without a model. */
@Command(
    name = "runner",
    description = {
      "Measures the throughput of PostgreSQL in jobs a second with an engine that answers immediately, the memory meanwhile, and the cost of status, report and deletion.",
      "Uses a temporary embedded database below --home."
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
      description = "Answers per commit. Default: ${DEFAULT-VALUE}")
  private int chunk;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  BenchRunnerCommand(Stores stores) {
    this.stores = stores;
  }

  @Override
  public Integer call() throws InterruptedException {
    return BenchReportOptions.show(RunnerBench.run(stores.home(), jobs, chunk), json);
  }
}
