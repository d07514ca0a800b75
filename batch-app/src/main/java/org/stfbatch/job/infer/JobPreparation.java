package org.stfbatch.job.infer;

/** How stored jobs are made ready for an engine. */
public interface JobPreparation {
  /** What prepares the jobs of one run. */
  JobPreparer preparer(InferSettings settings);

  /** Bytes that one prepared picture takes while its job is ahead. */
  long imageBytes();
}
