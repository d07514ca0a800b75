package org.stfbatch.bench;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.stfbatch.bench.EngineDriver.Submission;
import org.stfbatch.compression.CompressionStrategy;
import org.stfbatch.model.ModelSettings;

/** Measures the engine that answers runs, on made-up work. */
public final class EngineBench {
  private static final int FIRST_SEED = 1;

  private EngineBench() {}

  /** The device's ceilings at the model's shapes. */
  public static Report.Ceilings peak(BenchModel model, ModelSettings settings, int repeat) {
    return new Report.Ceilings(Machine.describe(settings), Peak.measure(model, settings, repeat));
  }

  /**
   * Runs the workload once to warm up and then as often as the plan says.
   *
   * @param statically whether questions come in groups of the batch's size instead of all at once
   */
  public static Report.Engine run(EnginePlan plan, boolean statically) {
    Machine machine = Machine.describe(plan.settings());
    Peak peak = Peak.measure(plan.model(), plan.settings(), plan.repeat());
    Submission submission = statically ? Submission.STATIC : Submission.IN_FLIGHT;
    return new Report.Engine(machine, peak, measure(plan, peak, List.of(submission)).get(0));
  }

  /** 144 against 576 vision tokens. */
  public static Report.Compared compareTokens(EnginePlan plan, OptionalInt layers) {
    String shape = plan.model().name();
    return compare(
        plan,
        plan.withModel(BenchModel.of(shape, layers, OptionalInt.of(BenchModel.FUSED))),
        plan.withModel(BenchModel.of(shape, layers, OptionalInt.of(BenchModel.UNFUSED))));
  }

  /** Shared prefixes against none. */
  public static Report.Compared compareReuse(EnginePlan plan) {
    return compare(plan, plan.withPrefixReuse(true), plan.withPrefixReuse(false));
  }

  /**
   * Compression strategies against the first of them.
   *
   * @param strategies two at least
   * @throws IllegalArgumentException if there are fewer
   */
  public static Report.Compared compareCompression(
      EnginePlan plan, List<CompressionStrategy> strategies) {
    if (strategies.size() < 2) {
      throw new IllegalArgumentException(
          "nothing to compare: give --compress two strategies, such as none/vtc-cls:tokens=64");
    }
    List<EnginePlan> others = strategies.stream().skip(1).map(plan::withCompression).toList();
    return compare(plan, others, plan.withCompression(strategies.get(0)));
  }

  private static Report.Compared compare(EnginePlan plan, EnginePlan fast, EnginePlan slow) {
    return compare(plan, List.of(fast), slow);
  }

  /** Measures one engine after the other, so that only one has to be in memory. */
  private static Report.Compared compare(EnginePlan plan, List<EnginePlan> fast, EnginePlan slow) {
    Machine machine = Machine.describe(plan.settings());
    Peak peak = Peak.measure(plan.model(), plan.settings(), plan.repeat());
    List<EngineResult> results =
        Stream.concat(fast.stream(), Stream.of(slow))
            .map(side -> measure(side, peak, List.of(Submission.IN_FLIGHT)).get(0))
            .toList();
    EngineResult last = results.get(results.size() - 1);
    List<Ratio> ratios =
        results.stream().limit(fast.size()).map(result -> Ratio.of(result, last)).toList();
    return new Report.Compared(machine, peak, results, ratios);
  }

  /** Batches that questions enter and leave, against static ones. */
  public static Report.Compared compareStatic(EnginePlan plan) {
    Machine machine = Machine.describe(plan.settings());
    Peak peak = Peak.measure(plan.model(), plan.settings(), plan.repeat());
    List<EngineResult> results = measure(plan, peak, List.of(Submission.values()));
    List<Ratio> ratios =
        results.stream().skip(1).map(other -> Ratio.measured(results.get(0), other)).toList();
    return new Report.Compared(machine, peak, results, ratios);
  }

  /** Passes of the different submissions take turns, so that a slow minute harms them alike. */
  private static List<EngineResult> measure(
      EnginePlan plan, Peak peak, List<Submission> submissions) {
    Map<Submission, List<Pass>> passes = new EnumMap<>(Submission.class);
    long seed = FIRST_SEED;
    try (BenchModel.RunningEngine running = plan.start()) {
      EngineDriver driver = new EngineDriver(running.engine());
      driver.run(plan.warmUp().items(plan.model().config(), seed), Submission.IN_FLIGHT, 0);
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
