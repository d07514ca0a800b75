package org.stfbatch.job.infer;

import java.util.function.Supplier;
import org.stfbatch.db.ChunkMetric;
import org.stfbatch.engine.Engine;
import org.stfbatch.engine.EngineStatistics;
import org.stfbatch.image.LoadStatistics;
import org.stfbatch.job.ProcessMemory;

/**
 * Attributes the work of the engine and of image preparation to chunks. Used by the step's thread.
 */
final class ChunkCost {
  private final Supplier<EngineStatistics> engine;
  private final Supplier<LoadStatistics> images;
  private final StepTimes times;
  private EngineStatistics engineBefore = EngineStatistics.NONE;
  private LoadStatistics imagesBefore = LoadStatistics.NONE;

  ChunkCost(Engine engine, JobPreparer preparer, StepTimes times) {
    this.engine = engine::statistics;
    this.images = preparer::statistics;
    this.times = times;
  }

  /**
   * The cost of one chunk.
   *
   * @param seconds where the time went
   * @param work what the device did
   */
  record Cost(ChunkMetric.Seconds seconds, ChunkMetric.Work work) {}

  /** Starts the measurement: earlier work is not counted. */
  void begin() {
    engineBefore = engine.get();
    imagesBefore = images.get();
    times.take();
  }

  /**
   * Records that a chunk's outcomes were written.
   *
   * @param began when that began, from {@link System#nanoTime}
   */
  void stored(long began) {
    times.stored(began);
  }

  /**
   * Returns the cost since the previous chunk.
   *
   * @param answerWait seconds for which the step waited for the chunk's answers
   */
  Cost next(double answerWait) {
    EngineStatistics engineNow = engine.get();
    LoadStatistics imagesNow = images.get();
    EngineStatistics device = engineNow.minus(engineBefore);
    LoadStatistics loading = imagesNow.minus(imagesBefore);
    engineBefore = engineNow;
    imagesBefore = imagesNow;
    return new Cost(
        seconds(device, loading, times.take(), answerWait),
        new ChunkMetric.Work(
            device.images(),
            device.prefillTokens(),
            device.steps(),
            device.decodedTokens(),
            device.prefixHits(),
            device.retries() + loading.retries(),
            device.batchReductions(),
            ProcessMemory.peakBytes()));
  }

  private static ChunkMetric.Seconds seconds(
      EngineStatistics device, LoadStatistics loading, StepTimes.Spent own, double answerWait) {
    double decode = device.decodeOnly().seconds();
    return new ChunkMetric.Seconds(
        loading.fetchSeconds(),
        loading.decodeSeconds(),
        device.encodeSeconds(),
        device.prefixSeconds() + device.stepSeconds() - decode,
        decode,
        own.input(),
        answerWait,
        own.database());
  }
}
