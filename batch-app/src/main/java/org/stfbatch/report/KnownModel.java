package org.stfbatch.report;

/** A model whose shapes are known, however its vision tokens were compressed. */
public interface KnownModel {
  /** Hash of the checkpoint's weights and configuration. */
  String fingerprint();

  /**
   * @param compression the compression strategy that answers were given with
   * @param visionTokens of an image, on average
   */
  ModelWork work(String compression, double visionTokens);
}
