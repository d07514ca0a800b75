package org.stfbatch.engine;

/**
 * @param batch at most so many sequences are generated together
 * @param truncate whether a prompt beyond the model's limit is cut at its end, as the original
 *     does, instead of failing
 */
public record EngineSettings(int batch, boolean truncate) {
  public EngineSettings {
    if (batch < 1) {
      throw new IllegalArgumentException("batch must be at least 1, not " + batch);
    }
  }
}
