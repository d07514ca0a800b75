package org.stfbatch.engine;

import java.util.OptionalLong;

/**
 * Settings of an engine.
 *
 * @param batch maximum number of sequences that are generated together
 * @param truncate whether a prompt beyond the model's limit is truncated at its end, as the
 *     original does, instead of failing
 * @param prefixReuse whether questions about one image share the computation of the image and the
 *     text before it
 * @param cacheBytes size of the KV cache; empty for half of the memory that is free after the model
 *     is loaded
 */
public record EngineSettings(
    int batch, boolean truncate, boolean prefixReuse, OptionalLong cacheBytes) {
  public EngineSettings {
    if (batch < 1) {
      throw new IllegalArgumentException("batch must be at least 1, not " + batch);
    }
    if (cacheBytes.isPresent() && cacheBytes.getAsLong() < 1) {
      throw new IllegalArgumentException(
          "the key/value cache needs some bytes, not " + cacheBytes.getAsLong());
    }
  }

  /** Settings with prefix reuse, without truncation, and with a cache of the default size. */
  public EngineSettings(int batch) {
    this(batch, false, true, OptionalLong.empty());
  }
}
