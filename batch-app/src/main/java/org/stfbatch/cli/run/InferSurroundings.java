package org.stfbatch.cli.run;

import java.util.function.Function;
import org.stfbatch.job.Progress;
import org.stfbatch.job.StopSignal;
import org.stfbatch.job.infer.InferJob;

/** What goes on around the answering of a run. */
interface InferSurroundings {
  /**
   * What an infer job is made with.
   *
   * @param steps beside the one that answers
   * @param stop at which it ends
   */
  record Around(InferJob.Around steps, StopSignal stop) {}

  /**
   * Done once, when the locks are held.
   *
   * @param stop ends waiting
   */
  void prepare(StopSignal stop);

  /**
   * Answers, and does what belongs to it.
   *
   * @param progress is told of jobs that come meanwhile
   */
  InferJob.Ending run(Function<Around, InferJob> infer, StopSignal stop, Progress progress);

  /** Says what was done beside. */
  void report();
}
