package org.stfbatch.cli.run;

import java.util.function.Function;
import org.stfbatch.db.Worker;
import org.stfbatch.job.Progress;
import org.stfbatch.job.StopSignal;
import org.stfbatch.job.infer.InferJob;

/** A part of a run, beside other workers. */
record SharedWork(Worker worker) implements InferSurroundings {
  @Override
  public void prepare(StopSignal stop) {
    // Nothing is needed.
  }

  @Override
  public InferJob.Ending run(Function<Around, InferJob> infer, StopSignal stop, Progress progress) {
    return infer.apply(new Around(InferJob.Around.NOTHING, stop)).share(worker);
  }

  @Override
  public void report() {
    // The run's own report says it all.
  }
}
