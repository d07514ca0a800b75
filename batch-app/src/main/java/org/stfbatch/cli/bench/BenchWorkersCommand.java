package org.stfbatch.cli.bench;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.stfbatch.bench.WorkersBench;
import org.stfbatch.cli.service.Stores;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bench workers}: measures several workers on one run. */
@Command(
    name = "workers",
    description = {
      "Measures how the throughput of one run scales with the number of workers (--share), each a process with a simulated device that takes a fixed time per job.",
      "Uses a temporary embedded database below --home."
    },
    footer = {
      "  stf-batch bench workers",
      "  stf-batch bench workers --workers 1,8 --device-ms 0 --jobs 100000 --chunk 1000"
    })
final class BenchWorkersCommand implements Callable<Integer> {
  private static final double NANOS_OF_A_MILLISECOND = 1e6;

  private final Stores stores;

  @Option(
      names = "--workers",
      defaultValue = "1,2,4,8",
      split = ",",
      paramLabel = "N",
      description =
          "Numbers of workers, one measurement each; the first is the baseline. Default: ${DEFAULT-VALUE}")
  private List<Integer> workers;

  @Option(
      names = "--jobs",
      defaultValue = "5000",
      paramLabel = "N",
      description = "Text-only jobs per worker. Default: ${DEFAULT-VALUE}")
  private int jobs;

  @Option(
      names = "--chunk",
      defaultValue = "50",
      paramLabel = "N",
      description = "Answers per commit of a worker. Default: ${DEFAULT-VALUE}")
  private int chunk;

  @Option(
      names = "--device-ms",
      defaultValue = "4",
      paramLabel = "MS",
      description =
          "Simulated device time per job in milliseconds; 0 answers immediately. Default: ${DEFAULT-VALUE}")
  private double deviceMillis;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  BenchWorkersCommand(Stores stores) {
    this.stores = stores;
  }

  @Override
  public Integer call() throws InterruptedException {
    Duration device = Duration.ofNanos(Math.round(deviceMillis * NANOS_OF_A_MILLISECOND));
    WorkersBench.Plan plan = new WorkersBench.Plan(jobs, chunk, device, workers);
    return BenchReportOptions.show(WorkersBench.run(stores.home(), plan), json);
  }
}
