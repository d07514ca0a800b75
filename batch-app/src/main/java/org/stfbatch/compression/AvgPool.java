package org.stfbatch.compression;

import java.util.OptionalInt;

/**
 * AvgPool: averages each {@code kernel x kernel} block of patches before the stock projector. The
 * LLaVA-STF paper's AvgPool (Tables 2 and 5), without its training.
 *
 * @param kernel side of a block in patches; divides the grid's side
 */
public record AvgPool(int kernel) implements CompressionStrategy {
  @Override
  public String name() {
    return "avgpool";
  }

  @Override
  public String spec() {
    return "%s:k=%d".formatted(name(), kernel);
  }

  @Override
  public OptionalInt visionTokens(CheckpointShape shape) {
    int side = shape.grid() / kernel;
    return OptionalInt.of(side * side);
  }

  @Override
  public void check(CheckpointShape shape) {
    shape.requireStockProjector(this);
    if (shape.grid() % kernel != 0) {
      throw new IllegalArgumentException(
          "avgpool:k=%d does not divide the %d patches along the image's side: choose a k that does"
              .formatted(kernel, shape.grid()));
    }
  }
}
