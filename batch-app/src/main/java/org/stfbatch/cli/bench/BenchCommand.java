package org.stfbatch.cli.bench;

import picocli.CommandLine.Command;

/** {@code bench}: measures the machine, the engine and the runner. */
@Command(
    name = "bench",
    description = {
      "Measures the machine, the engine and the runner, on the program's own code paths.",
      "batch-app/docs/performance.md explains the tables."
    },
    footer = {"  stf-batch bench peak", "  stf-batch bench engine --shape 7b --layers 2"},
    subcommands = {
      BenchPeakCommand.class,
      BenchEngineCommand.class,
      BenchDecodeCommand.class,
      BenchJobCommand.class,
      BenchRunnerCommand.class,
      BenchWorkersCommand.class,
      BenchKafkaCommand.class
    })
public final class BenchCommand {}
