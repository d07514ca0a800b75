package org.stfbatch.bench;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.stfbatch.bench.EngineDriver.Submission;
import org.stfbatch.compression.CompressionStrategy;
import org.stfbatch.model.ModelSettings;
import org.stfbatch.model.WeightFormat;

/** Benchmark of the engine on synthetic work. */
public final class EngineBench {
  private static final int FIRST_SEED = 1;

  private EngineBench() {}

  /** Measures the device's peak rates at the model's shapes. */
  public static BenchReport.Ceilings peak(BenchModel model, ModelSettings settings, int repeat) {
    return new BenchReport.Ceilings(
        Machine.describe(settings), Peak.measure(model, settings, repeat));
  }

  /**
   * Runs the workload once as a warm-up, then as often as the plan says.
   *
   * @param statically whether questions are submitted in groups of the batch's size instead of all
   *     at once
   */
  public static BenchReport.Engine run(EnginePlan plan, boolean statically) {
    Machine machine = Machine.describe(plan.settings());
    Peak peak = peak(plan);
    Submission submission = statically ? Submission.STATIC : Submission.IN_FLIGHT;
    return new BenchReport.Engine(machine, peak, measure(plan, peak, List.of(submission)).get(0));
  }

  /**
   * Compares models with the first of them.
   *
   * @param models at least two
   * @throws IllegalArgumentException if there are fewer
   */
  public static BenchReport.Compared compareModels(EnginePlan plan, List<BenchModel> models) {
    if (models.size() < 2) {
      throw new IllegalArgumentException(
          "nothing to compare: give --fusion two variants, such as plain/mbtf+stf");
    }
    List<EnginePlan> others = models.stream().skip(1).map(plan::withModel).toList();
    return compare(plan.repeat(), others, plan.withModel(models.get(0)));
  }

  /** Compares int8 weights with those of the dtype. */
  public static BenchReport.Compared compareWeights(EnginePlan plan) {
    return compare(
        plan, plan.withWeights(WeightFormat.INT8), plan.withWeights(WeightFormat.PACKED));
  }

  /** Compares shared prefixes with none. */
  public static BenchReport.Compared compareReuse(EnginePlan plan) {
    return compare(plan, plan.withPrefixReuse(true), plan.withPrefixReuse(false));
  }

  /**
   * Compares compression strategies with the first of them.
   *
   * @param strategies at least two
   * @throws IllegalArgumentException if there are fewer
   */
  public static BenchReport.Compared compareCompression(
      EnginePlan plan, List<CompressionStrategy> strategies) {
    if (strategies.size() < 2) {
      throw new IllegalArgumentException(
          "nothing to compare: give --compress two strategies, such as none/vtc-cls:tokens=64");
    }
    List<EnginePlan> others = strategies.stream().skip(1).map(plan::withCompression).toList();
    return compare(plan.repeat(), others, plan.withCompression(strategies.get(0)));
  }

  private static BenchReport.Compared compare(EnginePlan plan, EnginePlan fast, EnginePlan slow) {
    return compare(plan.repeat(), List.of(fast), slow);
  }

  /**
   * Measures the engines in turns, so that a temporary slowdown affects all alike. Only one of them
   * is in memory, so each is started again for every pass.
   */
  private static BenchReport.Compared compare(int repeat, List<EnginePlan> fast, EnginePlan slow) {
    List<EnginePlan> sides = Stream.concat(fast.stream(), Stream.of(slow)).toList();
    Map<WeightFormat, Peak> peaks = new EnumMap<>(WeightFormat.class);
    sides.forEach(side -> peaks.computeIfAbsent(side.settings().weights(), format -> peak(side)));
    List<List<Pass>> passes = sides.stream().<List<Pass>>map(side -> new ArrayList<>()).toList();
    for (int i = 0; i < repeat; i++) {
      for (int side = 0; side < sides.size(); side++) {
        passes.get(side).add(pass(sides.get(side), FIRST_SEED + 1 + i));
      }
    }
    List<EngineResult> results =
        IntStream.range(0, sides.size())
            .mapToObj(i -> result(sides.get(i), passes.get(i), peaks))
            .toList();
    EngineResult last = results.get(results.size() - 1);
    List<Ratio> ratios =
        results.stream().limit(fast.size()).map(result -> Ratio.of(result, last)).toList();
    Peak peak = peaks.get(slow.settings().weights());
    return new BenchReport.Compared(Machine.describe(slow.settings()), peak, results, ratios);
  }

  private static EngineResult result(
      EnginePlan side, List<Pass> passes, Map<WeightFormat, Peak> peaks) {
    Peak peak = peaks.get(side.settings().weights());
    return EngineResult.of(side, Submission.IN_FLIGHT, passes, peak);
  }

  private static Peak peak(EnginePlan plan) {
    return Peak.measure(plan.model(), plan.settings(), plan.repeat());
  }

  private static Pass pass(EnginePlan plan, long seed) {
    try (BenchModel.RunningEngine running = plan.start()) {
      EngineDriver driver = new EngineDriver(running.engine());
      warmUp(plan, driver);
      List<Workload.Item> items = plan.workload().items(plan.model().config(), seed);
      return driver.run(items, Submission.IN_FLIGHT, plan.batch());
    }
  }

  private static void warmUp(EnginePlan plan, EngineDriver driver) {
    List<Workload.Item> items = plan.warmUp().items(plan.model().config(), FIRST_SEED);
    driver.run(items, Submission.IN_FLIGHT, plan.batch());
  }

  /** Compares continuous batching with static batches. */
  public static BenchReport.Compared compareStatic(EnginePlan plan) {
    Machine machine = Machine.describe(plan.settings());
    Peak peak = peak(plan);
    List<EngineResult> results = measure(plan, peak, List.of(Submission.values()));
    List<Ratio> ratios =
        results.stream().skip(1).map(other -> Ratio.measured(results.get(0), other)).toList();
    return new BenchReport.Compared(machine, peak, results, ratios);
  }

  /** Measures the kinds of submission in turns, so that a temporary slowdown affects all alike. */
  private static List<EngineResult> measure(
      EnginePlan plan, Peak peak, List<Submission> submissions) {
    Map<Submission, List<Pass>> passes = new EnumMap<>(Submission.class);
    long seed = FIRST_SEED;
    try (BenchModel.RunningEngine running = plan.start()) {
      EngineDriver driver = new EngineDriver(running.engine());
      warmUp(plan, driver);
      for (int i = 0; i < plan.repeat(); i++) {
        for (Submission submission : submissions) {
          seed++;
          List<Workload.Item> items = plan.workload().items(plan.model().config(), seed);
          passes
              .computeIfAbsent(submission, unseen -> new ArrayList<>())
              .add(driver.run(items, submission, plan.batch()));
        }
      }
      return submissions.stream()
          .map(submission -> EngineResult.of(plan, submission, passes.get(submission), peak))
          .toList();
    }
  }
}
