package org.stfbatch.cli.run;

import java.util.Optional;
import java.util.function.Function;
import org.stfbatch.db.Worker;
import org.stfbatch.job.Progress;
import org.stfbatch.job.StopSignal;
import org.stfbatch.job.infer.InferJob;

/**
 * A run that is answered from the database only.
 *
 * @param worker this worker of a shared run; empty if the run is not shared
 */
record NoKafka(Optional<Worker> worker) implements InferSurroundings {
  @Override
  public void prepare(StopSignal stop) {
    // Nothing to prepare.
  }

  @Override
  public InferJob.Ending run(Function<Around, InferJob> infer, StopSignal stop, Progress progress) {
    InferJob job = infer.apply(new Around(InferJob.Around.NOTHING, stop));
    return worker.map(job::share).orElseGet(job::run);
  }

  @Override
  public void report() {
    // InferCommand prints the result.
  }
}
