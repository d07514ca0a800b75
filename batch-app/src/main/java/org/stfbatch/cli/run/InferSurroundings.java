package org.stfbatch.cli.run;

import java.util.function.Function;
import org.stfbatch.job.Progress;
import org.stfbatch.job.StopSignal;
import org.stfbatch.job.infer.InferJob;

/**
 * What runs before, beside and after answering a run: nothing, or reading from and publishing to
 * Kafka.
 */
interface InferSurroundings {
  /**
   * The additional parts of an infer job.
   *
   * @param steps additional steps
   * @param stop signal that ends the job
   */
  record Around(InferJob.Around steps, StopSignal stop) {}

  /**
   * Called once, after the locks are acquired.
   *
   * @param stop ends waiting
   */
  void prepare(StopSignal stop);

  /**
   * Runs the infer job and what belongs to it.
   *
   * @param progress receives jobs that arrive meanwhile
   */
  InferJob.Ending run(Function<Around, InferJob> infer, StopSignal stop, Progress progress);

  /** Prints the result. */
  void report();
}
