package org.stfbatch.job.infer;

/** Factory of the preparers that convert stored jobs to engine jobs. */
public interface JobPreparation {
  /** Creates the preparer of one run. */
  JobPreparer preparer(InferSettings settings);

  /** Returns the bytes of one prepared image in the read-ahead. */
  long imageBytes();

  /** Returns whether prompts that are too long are truncated instead of failed. */
  boolean truncatesPrompts();
}
