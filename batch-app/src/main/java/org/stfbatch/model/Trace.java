package org.stfbatch.model;

import java.util.Map;
import java.util.Optional;

/**
 * What is between a picture, a prompt and the next token.
 *
 * @param tensors by name
 * @param kept the patches that a compression strategy kept, ascending, if it kept some of them
 */
public record Trace(Map<String, FloatTensor> tensors, Optional<int[]> kept) {
  /** The tensor of this name, or null. */
  public FloatTensor get(String name) {
    return tensors.get(name);
  }
}
