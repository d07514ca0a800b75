package org.stfbatch.model.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Scales a few channels of a checkpoint's language model by a hundred: three of every norm, three
 * inputs and two outputs of every {@code down_proj}. Rounding to 8 bits with one scale for all
 * channels then loses almost all precision of the others.
 */
public final class OutlierCheckpoint {
  private static final float TIMES = 100;

  private OutlierCheckpoint() {}

  /**
   * Command-line entry point; the argument is the checkpoint's folder, which is modified.
   *
   * @throws IOException if a file cannot be read or written
   */
  public static void main(String[] arguments) throws IOException {
    makeIn(Path.of(arguments[0]));
  }

  /** Copies a checkpoint with float32 or bfloat16 weights, and scales its channels. */
  public static Path write(Path source, Path folder) throws IOException {
    try (Stream<Path> paths = Files.walk(source)) {
      for (Path path : paths.toList()) {
        Files.copy(path, folder.resolve(source.relativize(path).toString()));
      }
    }
    makeIn(folder);
    return folder;
  }

  private static void makeIn(Path folder) throws IOException {
    for (TensorSlice slice : LlavaCheckpoint.open(folder, Optional.empty()).tensors().values()) {
      if (slice.name().startsWith("model.") && slice.name().endsWith("norm.weight")) {
        int size = slice.shape().get(0).intValue();
        scale(slice, IntStream.of(size / 50, size / 4, size - 10));
      } else if (slice.name().endsWith("down_proj.weight")) {
        int outputs = slice.shape().get(0).intValue();
        int inputs = slice.shape().get(1).intValue();
        scale(slice, column(3, outputs, inputs));
        scale(slice, column(inputs / 2, outputs, inputs));
        scale(slice, column(inputs - 5, outputs, inputs));
        scale(slice, row(7, inputs));
        scale(slice, row(outputs / 3, inputs));
      }
    }
  }

  private static IntStream column(int column, int rows, int width) {
    return IntStream.range(0, rows).map(row -> row * width + column);
  }

  private static IntStream row(int row, int width) {
    return IntStream.range(row * width, (row + 1) * width);
  }

  private static void scale(TensorSlice slice, IntStream elements) throws IOException {
    try (FileChannel file =
        FileChannel.open(slice.file(), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      ByteBuffer bytes =
          file.map(FileChannel.MapMode.READ_WRITE, slice.offset(), slice.byteLength())
              .order(ByteOrder.LITTLE_ENDIAN);
      if (slice.dtype() == DType.FLOAT32) {
        elements.forEach(
            i -> bytes.putFloat(Float.BYTES * i, TIMES * bytes.getFloat(Float.BYTES * i)));
      } else if (slice.dtype() == DType.BFLOAT16) {
        elements.forEach(i -> scaleBfloat16(bytes, Short.BYTES * i));
      } else {
        throw new IOException(slice.name() + " is neither float32 nor bfloat16");
      }
    }
  }

  private static void scaleBfloat16(ByteBuffer bytes, int at) {
    float value = Float.intBitsToFloat(bytes.getShort(at) << Short.SIZE);
    bytes.putShort(at, Bfloat16.of(TIMES * value));
  }
}
