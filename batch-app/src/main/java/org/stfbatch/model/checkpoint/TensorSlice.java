package org.stfbatch.model.checkpoint;

import java.nio.file.Path;
import java.util.List;

/**
 * Location of a tensor's elements: contiguous, row-major and little-endian from {@code offset} in
 * {@code file}. The offset need not be a multiple of the element size.
 *
 * @param name the tensor's name in the checkpoint
 * @param shape sizes, outermost first; empty for a scalar
 */
public record TensorSlice(String name, Path file, long offset, DType dtype, List<Long> shape) {

  public TensorSlice {
    shape = List.copyOf(shape);
  }

  /** Returns the number of elements. */
  public long elementCount() {
    return Shapes.elementCount(shape);
  }

  /** Returns the number of bytes from {@link #offset} on. */
  public long byteLength() {
    return Math.multiplyExact(elementCount(), dtype.bytes());
  }

  TensorSlice as(String otherName, List<Long> otherShape) {
    return new TensorSlice(otherName, file, offset, dtype, otherShape);
  }
}
