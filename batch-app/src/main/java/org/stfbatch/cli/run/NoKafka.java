package org.stfbatch.cli.run;

import java.util.function.Function;
import org.stfbatch.job.Progress;
import org.stfbatch.job.StopSignal;
import org.stfbatch.job.infer.InferJob;

/** A run that is answered from the database alone. */
record NoKafka() implements InferSurroundings {
  @Override
  public void prepare(StopSignal stop) {
    // Nothing is needed.
  }

  @Override
  public InferJob.Ending run(Function<Around, InferJob> infer, StopSignal stop, Progress progress) {
    return infer.apply(new Around(InferJob.Around.NOTHING, stop)).run();
  }

  @Override
  public void report() {
    // The run's own report says it all.
  }
}
