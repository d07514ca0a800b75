package org.stfbatch.training;

/** Converts conversations to token ids and labels, exactly as LLaVA's trainer does. Thread safe. */
interface SampleTokenizer {
  /**
   * @throws TrainingDataException if the original fails, or would train on a black image
   */
  TokenizedSample tokenize(Sample sample);
}
