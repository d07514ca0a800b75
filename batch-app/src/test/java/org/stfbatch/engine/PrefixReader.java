package org.stfbatch.engine;

import org.stfbatch.model.VisionLanguageModel;

/** A real model with prefixes that are read in place, for any dtype. */
final class PrefixReader {
  private PrefixReader() {}

  static VisionLanguageModel of(VisionLanguageModel model) {
    return ModelProxy.of(
        (method, arguments) ->
            method.getName().equals("readsPrefixesInPlace")
                ? Boolean.TRUE
                : ModelProxy.call(model, method, arguments));
  }
}
