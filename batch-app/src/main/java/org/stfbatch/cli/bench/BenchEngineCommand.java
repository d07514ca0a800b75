package org.stfbatch.cli.bench;

import java.util.concurrent.Callable;
import org.stfbatch.bench.EngineBench;
import org.stfbatch.bench.EnginePlan;
import org.stfbatch.bench.Report;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures the engine. */
@Command(
    name = "engine",
    description = "The engine on made-up questions, with its shares of what the device can do.")
final class BenchEngineCommand implements Callable<Integer> {
  @Mixin private BenchShapeOptions shape;
  @Mixin private BenchWorkOptions work;
  @Mixin private BenchDeviceOptions device;
  @Mixin private BenchReportOptions report;

  @Option(
      names = "--static",
      description = "Ask in groups of the batch's size, each awaited before the next.")
  private boolean statically;

  @Option(
      names = "--compare",
      paramLabel = "WHAT",
      description =
          "Measure both sides: tokens (144 against 576), reuse (prefix reuse against none) or static (in-flight against static batches).")
  private Compare compare;

  /** What is compared. */
  enum Compare {
    TOKENS,
    REUSE,
    STATIC
  }

  @Override
  public Integer call() {
    EnginePlan plan = work.plan(shape.model(), device.settings(), report.repeat());
    return report.show(measured(plan));
  }

  private Report measured(EnginePlan plan) {
    if (compare == null) {
      return EngineBench.run(plan, statically);
    }
    return switch (compare) {
      case TOKENS -> EngineBench.compareTokens(plan, shape.layers());
      case REUSE -> EngineBench.compareReuse(plan);
      case STATIC -> EngineBench.compareStatic(plan);
    };
  }
}
