package org.stfbatch.bench;

import java.util.OptionalLong;
import org.stfbatch.compression.CompressionStrategy;
import org.stfbatch.engine.EngineSettings;
import org.stfbatch.model.ModelSettings;
import org.stfbatch.model.WeightFormat;

/**
 * What an engine is measured with.
 *
 * @param model the shape or checkpoint
 * @param settings device and dtype
 * @param workload what it is asked
 * @param batch sequences that are generated together
 * @param prefixReuse whether the work for text and images before questions is shared
 * @param repeat passes that are measured, of which the median counts
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
      throw new IllegalArgumentException("one repetition at least, not " + repeat);
    }
  }

  EnginePlan withModel(BenchModel other) {
    return new EnginePlan(other, settings, workload, batch, prefixReuse, repeat);
  }

  EnginePlan withPrefixReuse(boolean reuse) {
    return new EnginePlan(model, settings, workload, batch, reuse, repeat);
  }

  /** The same with vision tokens compressed like this. */
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

  /** Enough of the workload to touch every kernel and to give the cache its shape. */
  Workload warmUp() {
    return workload.atMost(Math.max(2, batch / workload.questionsPerImage()));
  }
}
