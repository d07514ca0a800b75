package org.stfbatch.cli.bench;

import java.util.concurrent.Callable;
import org.stfbatch.bench.KafkaBench;
import org.stfbatch.cli.service.Stores;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bench kafka}: measures the path from topic to topic. */
@Command(
    name = "kafka",
    description = {
      "Measures the throughput of Kafka and PostgreSQL in messages and jobs a second, with an engine that answers immediately.",
      "Uses a temporary embedded broker and database below --home."
    },
    footer = {"  stf-batch bench kafka", "  stf-batch bench kafka --jobs 100000 --partitions 12"})
final class BenchKafkaCommand implements Callable<Integer> {
  private final Stores stores;

  @Option(
      names = "--jobs",
      defaultValue = "200000",
      paramLabel = "N",
      description = "Text-only jobs on the topic. Default: ${DEFAULT-VALUE}")
  private int jobs;

  @Option(
      names = "--partitions",
      defaultValue = "6",
      paramLabel = "N",
      description = "Partitions of each topic. Default: ${DEFAULT-VALUE}")
  private int partitions;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  BenchKafkaCommand(Stores stores) {
    this.stores = stores;
  }

  @Override
  public Integer call() {
    return BenchReportOptions.show(KafkaBench.run(stores.home(), jobs, partitions), json);
  }
}
