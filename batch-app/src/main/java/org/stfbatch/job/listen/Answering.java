package org.stfbatch.job.listen;

import java.util.OptionalLong;
import org.stfbatch.db.Run;
import org.stfbatch.job.StopSignal;
import org.stfbatch.job.infer.InferJob;

/** Makes the job that answers a run, with a model that stays. */
@FunctionalInterface
public interface Answering {
  /**
   * Makes one.
   *
   * @param limit at most so many jobs; empty for all
   * @param around further steps of the job
   */
  InferJob infer(Run run, OptionalLong limit, InferJob.Around around, StopSignal stop);
}
