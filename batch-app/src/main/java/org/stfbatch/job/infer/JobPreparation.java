package org.stfbatch.job.infer;

/** Factory of the preparers that convert stored jobs to engine jobs. */
public interface JobPreparation {
  /** Creates a preparer whose jobs are all to be answered, and their answers not stored. */
  JobPreparer preparer(InferSettings settings);

  /**
   * Creates the preparer of one run.
   *
   * @param reuse computes keys and finds stored answers
   */
  default JobPreparer preparer(InferSettings settings, AnswerReuse reuse) {
    return preparer(settings);
  }

  /** Returns the bytes of one prepared image in the read-ahead. */
  long imageBytes();

  /** Returns whether prompts that are too long are truncated instead of failed. */
  boolean truncatesPrompts();
}
