package org.stfbatch.job.train;

import org.stfbatch.training.StepReport;

/** Listener of a training's progress. Called by the job's thread. */
public interface TrainProgress {
  /**
   * The features of some images were computed.
   *
   * @param done images whose features are computed
   * @param pictures images in all
   */
  void features(int done, int pictures);

  /** An optimizer step was taken. */
  void stepped(StepReport report);
}
