package org.stfbatch.job.train;

import org.stfbatch.training.StepReport;

/** Is told how a training gets on. Called by the job's thread. */
public interface TrainProgress {
  /** Features of so many pictures are there. */
  void features(int done, int pictures);

  /** A step was taken. */
  void stepped(StepReport report);
}
