package org.stfbatch.bench;

import java.util.OptionalLong;
import org.stfbatch.compression.CompressionStrategy;
import org.stfbatch.engine.EngineSettings;
import org.stfbatch.model.ModelSettings;
import org.stfbatch.model.WeightFormat;

/**
 * Plan of an engine measurement.
 *
 * @param model the shape or checkpoint
 * @param settings of the model
 * @param workload the questions
 * @param batch maximum number of concurrent sequences
 * @param prefixReuse whether the computation of text and images before questions is shared
 * @param repeat number of measured passes; the median counts
 */
public record EnginePlan(
    BenchModel model,
    ModelSettings settings,
    Workload workload,
    int batch,
    boolean prefixReuse,
    int repeat) {
  public EnginePlan {
    if (repeat < 1) {
      throw new IllegalArgumentException("at least one repetition is needed, not " + repeat);
    }
  }

  EnginePlan withModel(BenchModel other) {
    return new EnginePlan(other, settings, workload, batch, prefixReuse, repeat);
  }

  EnginePlan withPrefixReuse(boolean reuse) {
    return new EnginePlan(model, settings, workload, batch, reuse, repeat);
  }

  /** Returns the same plan with another compression strategy. */
  public EnginePlan withCompression(CompressionStrategy compression) {
    return new EnginePlan(model, settings.with(compression), workload, batch, prefixReuse, repeat);
  }

  EnginePlan withWeights(WeightFormat format) {
    return new EnginePlan(model, settings.with(format), workload, batch, prefixReuse, repeat);
  }

  BenchModel.RunningEngine start() {
    return model.start(
        settings, new EngineSettings(batch, false, prefixReuse, OptionalLong.empty()));
  }

  /** Returns a part of the workload that uses every kernel and gives the cache its shape. */
  Workload warmUp() {
    return workload.atMost(Math.max(2, batch / workload.questionsPerImage()));
  }
}
