package org.stfbatch.training;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.ToDoubleFunction;
import org.stfbatch.compression.CompressionStrategy;
import org.stfbatch.compression.NoCompression;
import org.stfbatch.model.ModelException;
import org.stfbatch.model.TrainableModel;
import org.stfbatch.model.TrainingFlops;
import org.stfbatch.model.TrainingRow;

/** Performs the optimizer steps of a training. Used by the thread that owns the model. */
final class Trainer {
  private static final double NANOS = 1e9;

  private final TrainableModel model;
  private final TrainingSamples samples;
  private final StepPlan plan;
  private final LearningRate rate;
  private final CompressionSchedule schedule;
  private final TrainingFlops flops;
  private CompressionStrategy compression;
  private ToDoubleFunction<TrainingRow> flopsOfRows;

  Trainer(
      TrainableModel model,
      TrainingSamples samples,
      StepPlan plan,
      LearningRate rate,
      CompressionSchedule schedule) {
    this.model = model;
    this.samples = samples;
    this.plan = plan;
    this.rate = rate;
    this.schedule = schedule;
    this.flops = TrainingFlops.of(model);
    compress(new NoCompression());
  }

  private void compress(CompressionStrategy strategy) {
    if (!strategy.equals(compression)) {
      model.compress(strategy);
      flopsOfRows = flops.ofRows(strategy);
      compression = strategy;
    }
  }

  /**
   * Performs one step.
   *
   * @param step its number, from 0
   * @throws ModelException if the loss is not finite
   */
  StepReport step(long step) {
    long start = System.nanoTime();
    List<List<Integer>> batches = plan.batches(step);
    compress(schedule.at(step, rate.steps()));
    double loss = 0;
    long tokens = 0;
    double work = 0;
    for (List<Integer> batch : batches) {
      List<TrainingRow> rows = batch.stream().map(samples::row).toList();
      loss += model.accumulate(rows, pictures(batch), 1.0 / batches.size()) / batches.size();
      tokens += rows.stream().mapToLong(TrainingRow::length).sum();
      work += rows.stream().mapToDouble(flopsOfRows).sum();
    }
    requireNumber(step, loss);
    double norm = model.weights().step(rate.at(step));
    return new StepReport(
        step + 1,
        rate.steps(),
        (step + 1.0) / plan.stepsPerEpoch(),
        loss,
        rate.at(step),
        norm,
        batches.stream().mapToInt(List::size).sum(),
        tokens,
        work,
        compression,
        (System.nanoTime() - start) / NANOS);
  }

  private static void requireNumber(long step, double loss) {
    if (!Double.isFinite(loss)) {
      throw new ModelException(
          "the loss is %s at step %d: begin again with a lower --lr".formatted(loss, step + 1),
          null);
    }
  }

  private int[] pictures(List<Integer> batch) {
    List<Integer> numbers = new ArrayList<>();
    for (int sample : batch) {
      OptionalInt picture = samples.get(sample).picture();
      picture.ifPresent(numbers::add);
    }
    return numbers.stream().mapToInt(Integer::intValue).toArray();
  }
}
