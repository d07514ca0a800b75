package org.stfbatch.bench;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.stfbatch.model.PeakKernels;

/** Benchmark of decode-only steps, on the model without the engine. */
public final class DecodeBench {
  private static final double GIGA = 1e9;

  private DecodeBench() {}

  /**
   * Measures memory, batches and sides in turns, so that load from other processes on the machine
   * affects all of them alike.
   */
  public static BenchReport.Decoded run(DecodePlan plan) {
    List<DecodingModel> models = new ArrayList<>();
    try (PeakKernels kernels = PeakKernels.open(plan.sides().get(0))) {
      plan.sides().forEach(settings -> models.add(DecodingModel.of(plan, settings)));
      MemoryProbe probe = MemoryProbe.on(kernels, plan.model(), plan.sides().get(0));
      models.forEach(model -> plan.batches().forEach(model::seconds));
      List<Round> rounds =
          Stream.generate(() -> round(plan, models, probe)).limit(plan.repeat()).toList();
      return report(plan, models, rounds);
    } finally {
      models.forEach(DecodingModel::close);
    }
  }

  /**
   * @param memory bandwidth during the round
   * @param seconds of a step of each side, by batch size
   */
  private record Round(Peak.Memory memory, List<Map<Integer, Double>> seconds) {}

  private static Round round(DecodePlan plan, List<DecodingModel> models, MemoryProbe probe) {
    Peak.Memory memory = probe.sample();
    List<Map<Integer, Double>> seconds = new ArrayList<>();
    models.forEach(model -> seconds.add(new HashMap<>()));
    for (int batch : plan.batches()) {
      for (int side = 0; side < models.size(); side++) {
        seconds.get(side).put(batch, models.get(side).seconds(batch));
      }
    }
    return new Round(memory, seconds);
  }

  private static BenchReport.Decoded report(
      DecodePlan plan, List<DecodingModel> models, List<Round> rounds) {
    List<DecodeSide> sides = new ArrayList<>();
    for (int i = 0; i < models.size(); i++) {
      int side = i;
      DecodingModel model = models.get(side);
      List<DecodeStep> steps =
          plan.batches().stream().map(batch -> step(plan, model, rounds, side, batch)).toList();
      sides.add(new DecodeSide(model.settings().weights().stored(), steps));
    }
    return new BenchReport.Decoded(
        Machine.describe(plan.sides().get(0)),
        Peak.Memory.median(rounds.stream().map(Round::memory).toList()),
        plan.model().config().language().numHiddenLayers(),
        plan.questionsPerImage(),
        sides);
  }

  private static DecodeStep step(
      DecodePlan plan, DecodingModel model, List<Round> rounds, int side, int batch) {
    double bytes =
        EngineResult.stepBytes(plan.model(), model.settings(), model.positionsRead(batch));
    double gigabytes = bytes / GIGA;
    return new DecodeStep(
        batch,
        1000 * median(rounds, round -> round.seconds().get(side).get(batch)),
        median(rounds, round -> gigabytes / round.seconds().get(side).get(batch)),
        median(
            rounds,
            round -> gigabytes / round.seconds().get(side).get(batch) / round.memory().best()),
        median(rounds, round -> speedUp(round, side, batch)));
  }

  /** Returns the speed-up over the last side. */
  private static double speedUp(Round round, int side, int batch) {
    int last = round.seconds().size() - 1;
    return round.seconds().get(last).get(batch) / round.seconds().get(side).get(batch);
  }

  private static double median(List<Round> rounds, ToDoubleFunction<Round> value) {
    return Timing.median(rounds.stream().mapToDouble(value).toArray());
  }
}
