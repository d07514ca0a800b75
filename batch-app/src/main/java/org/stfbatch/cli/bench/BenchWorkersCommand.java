package org.stfbatch.cli.bench;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.stfbatch.bench.WorkersBench;
import org.stfbatch.cli.service.Stores;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures several workers on one run. */
@Command(
    name = "workers",
    description = {
      "Measures how fast several workers answer one run with --share, beside one: processes of their own with devices that take a fixed time for a job.",
      "The database is an embedded one in a folder below --home that is removed afterwards."
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
          "How many, a measurement each. The first is what others are compared to. Default: ${DEFAULT-VALUE}")
  private List<Integer> workers;

  @Option(
      names = "--jobs",
      defaultValue = "5000",
      paramLabel = "N",
      description = "Text-only jobs for each worker. Default: ${DEFAULT-VALUE}")
  private int jobs;

  @Option(
      names = "--chunk",
      defaultValue = "50",
      paramLabel = "N",
      description = "Answers that a worker commits together. Default: ${DEFAULT-VALUE}")
  private int chunk;

  @Option(
      names = "--device-ms",
      defaultValue = "4",
      paramLabel = "MS",
      description =
          "What a worker's device takes for a job, in milliseconds; 0 answers at once. Default: ${DEFAULT-VALUE}")
  private double deviceMillis;

  @Option(names = "--json", description = "As one JSON object.")
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
