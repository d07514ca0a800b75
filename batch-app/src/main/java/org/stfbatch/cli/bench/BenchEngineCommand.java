package org.stfbatch.cli.bench;

import java.util.List;
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
      "  stf-batch bench engine --layers 8 --tokens 576 --compare compression --compress none/fastv:layer=2,keep=144",
      "  stf-batch bench engine --layers 8 --compare fusion --fusion plain/mbtf+stf/tokenpacker"
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
          "Measure variants: tokens (144 against 576 vision tokens), fusion (the variants of --fusion against the first of them), reuse (prefix cache against none), static (continuous against static batching), weights (int8 against those of --dtype) or compression (the strategies of --compress against the first of them).")
  private Compare compare;

  /** The compared variants. */
  enum Compare {
    TOKENS,
    FUSION,
    REUSE,
    STATIC,
    WEIGHTS,
    COMPRESSION
  }

  @Override
  public Integer call() {
    if (compare == Compare.TOKENS && compression.isGiven()) {
      throw new IllegalArgumentException(
          "--compare tokens measures LLaVA-STF against LLaVA-1.5: leave --compress out");
    }
    List<BenchModel> models = models();
    models.forEach(model -> compression.strategies().forEach(s -> s.check(model.config().shape())));
    EnginePlan plan = work.plan(models.get(0), device.settings(), report.repeat());
    return report.show(measured(plan, models));
  }

  /**
   * Returns the measured models; where several are compared, the first is what they are compared
   * with.
   */
  private List<BenchModel> models() {
    if (compare == null) {
      return List.of(shape.model());
    }
    return switch (compare) {
      case TOKENS -> shape.unfusedAndFused();
      case FUSION -> shape.models();
      default -> List.of(shape.model());
    };
  }

  private BenchReport measured(EnginePlan plan, List<BenchModel> models) {
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
      default -> EngineBench.compareModels(compressed, models);
    };
  }
}
