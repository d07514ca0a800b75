package org.stfbatch.compression;

import java.util.OptionalInt;

/** No compression: keeps all tokens of the checkpoint's own projector. */
public record NoCompression() implements CompressionStrategy {
  @Override
  public String name() {
    return "none";
  }

  @Override
  public String spec() {
    return name();
  }

  @Override
  public OptionalInt visionTokens(CheckpointShape shape) {
    return OptionalInt.of(shape.projectedTokens());
  }

  @Override
  public boolean compresses() {
    return false;
  }

  @Override
  public void check(CheckpointShape shape) {
    // Defined for every checkpoint.
  }
}
