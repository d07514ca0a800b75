package org.stfbatch.model.checkpoint;

import java.util.Arrays;
import java.util.List;

/** Arithmetic on tensor shapes. */
final class Shapes {

  private Shapes() {}

  static List<Long> of(long... sizes) {
    return Arrays.stream(sizes).boxed().toList();
  }

  /**
   * Returns the product of the sizes.
   *
   * @throws ArithmeticException if it does not fit a long
   */
  static long elementCount(List<Long> shape) {
    long count = 1;
    for (long size : shape) {
      count = Math.multiplyExact(count, size);
    }
    return count;
  }

  /**
   * Returns the shape of a 1x1 convolution as that of the equivalent matrix; any other shape
   * unchanged.
   */
  static List<Long> asMatrix(List<Long> shape) {
    boolean pointwise = shape.size() == 4 && shape.get(2) == 1 && shape.get(3) == 1;
    return pointwise ? shape.subList(0, 2) : shape;
  }
}
