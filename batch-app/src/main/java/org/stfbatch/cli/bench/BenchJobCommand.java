package org.stfbatch.cli.bench;

import java.util.concurrent.Callable;
import org.stfbatch.bench.JobBench;
import org.stfbatch.cli.service.Stores;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures what the way through PostgreSQL takes from the engine. */
@Command(
    name = "job",
    description = {
      "Measures the same work through a run in PostgreSQL, and its share of the bare engine's speed.",
      "The database is an embedded one in a folder below --home that is removed afterwards."
    },
    footer = {
      "  stf-batch bench job --layers 4 --images 8",
      "  stf-batch bench job --layers 4 --images 8 --chunk 16 --json"
    })
final class BenchJobCommand implements Callable<Integer> {
  private final Stores stores;

  @Mixin private BenchShapeOptions shape;
  @Mixin private BenchWorkOptions work;
  @Mixin private BenchDeviceOptions device;
  @Mixin private BenchReportOptions report;

  @Option(
      names = "--chunk",
      defaultValue = "32",
      paramLabel = "N",
      description = "Answers that are committed together. Default: ${DEFAULT-VALUE}")
  private int chunk;

  BenchJobCommand(Stores stores) {
    this.stores = stores;
  }

  @Override
  public Integer call() {
    return report.show(
        JobBench.run(
            stores.home(), work.plan(shape.model(), device.settings(), report.repeat()), chunk));
  }
}
