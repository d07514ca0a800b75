package org.stfbatch.report;

/** A model whose number of operations is known for every compression of its vision tokens. */
public interface KnownModel {
  /** Returns the hash of the checkpoint's weights and configuration. */
  String fingerprint();

  /**
   * Returns the model's operations.
   *
   * @param compression the compression strategy of the answers
   * @param visionTokens of an image, on average
   */
  ModelWork work(String compression, double visionTokens);
}
