package org.stfbatch.cli.bench;

import java.util.concurrent.Callable;
import org.stfbatch.bench.BenchModel;
import org.stfbatch.bench.BenchReport;
import org.stfbatch.bench.EngineBench;
import org.stfbatch.bench.EnginePlan;
import org.stfbatch.cli.option.CompressionOption;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bench engine}: measures the engine. */
@Command(
    name = "engine",
    description = {
      "Measures the engine on synthetic questions, and its utilization of the device."
    },
    footer = {
      "  stf-batch bench engine --layers 8 --images 16",
      "  stf-batch bench engine --layers 8 --fusion llava-mini --images 16",
      "  stf-batch bench engine --layers 8 --tokens 576 --compare compression --compress none/fastv:layer=2,keep=144"
    })
final class BenchEngineCommand implements Callable<Integer> {
  @Mixin private BenchShapeOptions shape;
  @Mixin private BenchWorkOptions work;
  @Mixin private BenchDeviceOptions device;
  @Mixin private CompressionOption compression;
  @Mixin private BenchReportOptions report;

  @Option(
      names = "--static",
      description = "Use static batches: each batch ends before the next one begins.")
  private boolean statically;

  @Option(
      names = "--compare",
      paramLabel = "WHAT",
      description =
          "Measure variants: tokens (144 against 576 vision tokens), reuse (prefix cache against none), static (continuous against static batching), weights (int8 against those of --dtype) or compression (the strategies of --compress against the first of them).")
  private Compare compare;

  /** The compared variants. */
  enum Compare {
    TOKENS,
    REUSE,
    STATIC,
    WEIGHTS,
    COMPRESSION
  }

  @Override
  public Integer call() {
    BenchModel model = shape.model();
    compression.strategies().forEach(strategy -> strategy.check(model.config().shape()));
    if (compare == Compare.TOKENS && compression.isGiven()) {
      throw new IllegalArgumentException(
          "--compare tokens measures LLaVA-STF against LLaVA-1.5: leave --compress out");
    }
    if (compare == Compare.TOKENS && shape.hasFusion()) {
      throw new IllegalArgumentException(
          "--compare tokens measures LLaVA-STF against LLaVA-1.5: leave --fusion out");
    }
    return report.show(measured(work.plan(model, device.settings(), report.repeat())));
  }

  private BenchReport measured(EnginePlan plan) {
    if (compare == Compare.COMPRESSION) {
      return EngineBench.compareCompression(plan, compression.strategies());
    }
    EnginePlan compressed = plan.withCompression(compression.strategy());
    if (compare == null) {
      return EngineBench.run(compressed, statically);
    }
    return switch (compare) {
      case REUSE -> EngineBench.compareReuse(compressed);
      case STATIC -> EngineBench.compareStatic(compressed);
      case WEIGHTS -> EngineBench.compareWeights(compressed);
      default -> EngineBench.compareTokens(compressed, shape.layers());
    };
  }
}
