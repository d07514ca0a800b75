package org.stfbatch.bench;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.stfbatch.base.ModelIdentity;
import org.stfbatch.engine.Answer;
import org.stfbatch.engine.Engine;
import org.stfbatch.engine.EngineJob;
import org.stfbatch.engine.EngineStatistics;
import org.stfbatch.engine.FinishReason;
import org.stfbatch.engine.Outcome;
import org.stfbatch.engine.Timings;

/** Engine without a model that immediately returns the same answer for every job. */
final class InstantEngine implements Engine {
  private static final List<Integer> TOKENS = List.of(3869, 29892, 727, 338, 697, 29889, 2);

  @Override
  public CompletableFuture<Outcome> submit(EngineJob job) {
    return CompletableFuture.completedFuture(
        new Answer(
            "Yes, there is one.",
            TOKENS,
            FinishReason.END_TOKEN,
            job.promptIds().length,
            0,
            new Timings(0, 0, 0)));
  }

  @Override
  public EngineStatistics statistics() {
    return EngineStatistics.NONE;
  }

  @Override
  public ModelIdentity model() {
    return ModelIdentity.plain("instant");
  }

  @Override
  public void close() {}
}
