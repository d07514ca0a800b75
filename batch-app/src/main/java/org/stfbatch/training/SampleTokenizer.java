package org.stfbatch.training;

/** Turns conversations into ids and labels, exactly as LLaVA's trainer does. Thread safe. */
interface SampleTokenizer {
  /**
   * @throws TrainingDataException where the original fails, or would learn from a black picture
   */
  TokenizedSample tokenize(Sample sample);
}
