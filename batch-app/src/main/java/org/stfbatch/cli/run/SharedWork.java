package org.stfbatch.cli.run;

import java.util.function.Function;
import org.stfbatch.db.Database;
import org.stfbatch.db.Run;
import org.stfbatch.db.Worker;
import org.stfbatch.job.Lockable;
import org.stfbatch.job.Progress;
import org.stfbatch.job.StopSignal;
import org.stfbatch.job.infer.InferJob;

/** A part of a run, beside other workers. */
final class SharedWork implements InferSurroundings {
  private final Database database;
  private final Run run;
  private final Worker worker;

  SharedWork(Database database, Run run, Worker worker) {
    this.database = database;
    this.run = run;
    this.worker = worker;
  }

  /** The worker's part in the run. */
  Lockable lock() {
    return Lockable.worker(database, run, worker);
  }

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
