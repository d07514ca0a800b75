package org.stfbatch.model;

import java.util.Map;
import java.util.Optional;

/**
 * Intermediate tensors between an image, a prompt and the next token.
 *
 * @param tensors by name
 * @param kept the patches that a compression strategy kept, ascending; empty if it did not select
 *     patches
 */
public record Trace(Map<String, FloatTensor> tensors, Optional<int[]> kept) {
  /** Returns the tensor of this name, or null. */
  public FloatTensor get(String name) {
    return tensors.get(name);
  }
}
