package org.stfbatch.compression;

import java.util.OptionalInt;

/** The tokens that the checkpoint's own projector makes. */
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
    // Every checkpoint has its own tokens.
  }
}
