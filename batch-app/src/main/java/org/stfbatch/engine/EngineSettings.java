package org.stfbatch.engine;

import java.util.OptionalLong;

/**
 * How an engine works.
 *
 * @param batch at most so many sequences are generated together
 * @param truncate whether a prompt beyond the model's limit is cut at its end, as the original
 *     does, instead of failing
 * @param prefixReuse whether questions about one image share the work for the image and what stands
 *     before it
 * @param cacheBytes room for keys and values; empty to take half of the memory that is free once
 *     the model is loaded
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

  /** With prefix reuse, failing overlong prompts, and a cache of the default size. */
  public EngineSettings(int batch) {
    this(batch, false, true, OptionalLong.empty());
  }
}
