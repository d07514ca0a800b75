package org.stfbatch.training;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.stfbatch.compression.CompressionStrategy;
import org.stfbatch.model.TrainingFlops;
import org.stfbatch.model.TrainingRow;

/** Floating-point operations of trainings, as {@link TrainingFlops} counts them. */
public final class TrainingCost {
  private final StepPlan plan;
  private final CompressionSchedule schedule;
  private final Map<CompressionStrategy, double[]> samples = new HashMap<>();

  TrainingCost(
      StepPlan plan, CompressionSchedule schedule, TrainingSamples samples, TrainingFlops flops) {
    this.plan = plan;
    this.schedule = schedule;
    schedule.stages().stream()
        .distinct()
        .forEach(stage -> this.samples.put(stage, ofSamples(samples, stage, flops)));
  }

  private static double[] ofSamples(
      TrainingSamples samples, CompressionStrategy compression, TrainingFlops flops) {
    ToDoubleFunction<TrainingRow> ofRows = flops.ofRows(compression);
    return IntStream.range(0, samples.size())
        .mapToDouble(sample -> ofRows.applyAsDouble(samples.row(sample)))
        .toArray();
  }

  /**
   * Returns the operations of a finished training, by its log.
   *
   * @param folder of the training
   * @throws TrainingDataException if no training is finished there
   */
  public static double ofFinished(Path folder) throws IOException {
    double flops = 0;
    if (TrainingFolder.isFinished(folder)) {
      flops = TrainingLog.flops(folder.resolve(TrainingFolder.LOG));
    }
    if (flops <= 0) {
      throw new TrainingDataException(
          "no training is finished in %s: give the --out folder of one".formatted(folder));
    }
    return flops;
  }

  /** Returns the operations of a training of so many steps. */
  double of(long steps) {
    double flops = 0;
    for (long step = 0; step < steps; step++) {
      double[] ofSamples = samples.get(schedule.at(step, steps));
      for (List<Integer> batch : plan.batches(step)) {
        flops += batch.stream().mapToDouble(sample -> ofSamples[sample]).sum();
      }
    }
    return flops;
  }

  /** Returns the number of steps, at least 1, whose operations are nearest to the given number. */
  long nearestSteps(double flops) {
    long enough = 1;
    while (of(enough) < flops) {
      enough *= 2;
    }
    long less = enough / 2;
    while (enough - less > 1) {
      long middle = (less + enough) / 2;
      if (of(middle) < flops) {
        less = middle;
      } else {
        enough = middle;
      }
    }
    boolean fewer = less > 0 && flops - of(less) < of(enough) - flops;
    return fewer ? less : enough;
  }
}
