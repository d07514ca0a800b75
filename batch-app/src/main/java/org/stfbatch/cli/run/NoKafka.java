package org.stfbatch.cli.run;

import java.util.Optional;
import java.util.function.Function;
import org.stfbatch.db.Worker;
import org.stfbatch.job.Progress;
import org.stfbatch.job.StopSignal;
import org.stfbatch.job.infer.InferJob;

/**
 * A run that is answered from the database alone.
 *
 * @param worker that shares the run; empty if the process has it for itself
 */
record NoKafka(Optional<Worker> worker) implements InferSurroundings {
  @Override
  public void prepare(StopSignal stop) {
    // Nothing is needed.
  }

  @Override
  public InferJob.Ending run(Function<Around, InferJob> infer, StopSignal stop, Progress progress) {
    InferJob job = infer.apply(new Around(InferJob.Around.NOTHING, stop));
    return worker.map(job::share).orElseGet(job::run);
  }

  @Override
  public void report() {
    // The run's own report says it all.
  }
}
