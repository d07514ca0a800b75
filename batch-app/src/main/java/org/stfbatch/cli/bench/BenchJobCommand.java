package org.stfbatch.cli.bench;

import java.util.concurrent.Callable;
import org.stfbatch.bench.JobBench;
import org.stfbatch.cli.service.Stores;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bench job}: measures the overhead of PostgreSQL over the bare engine. */
@Command(
    name = "job",
    description = {
      "Measures a run in PostgreSQL, and its throughput relative to the bare engine.",
      "Uses a temporary embedded database below --home."
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
      description = "Answers per commit. Default: ${DEFAULT-VALUE}")
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
