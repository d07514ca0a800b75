package org.stfbatch.job.listen;

import java.util.OptionalLong;
import org.stfbatch.db.Run;
import org.stfbatch.job.StopSignal;
import org.stfbatch.job.infer.InferJob;

/** Factory of the inference jobs of a process whose model stays loaded. */
@FunctionalInterface
public interface Answering {
  /**
   * Creates the inference job of a run.
   *
   * @param limit the most jobs to answer; empty for all
   * @param around the steps before and after the inference step
   */
  InferJob infer(Run run, OptionalLong limit, InferJob.Around around, StopSignal stop);
}
