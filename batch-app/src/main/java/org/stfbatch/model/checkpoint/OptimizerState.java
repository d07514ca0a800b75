package org.stfbatch.model.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import org.stfbatch.model.checkpoint.SafetensorsWriter.Data;

/**
 * Optimizer state as a safetensors file: the number of steps, and AdamW's two moments of every
 * trained tensor.
 *
 * @param steps number of steps
 * @param tensors the moments, named by {@link #first} and {@link #second}
 */
public record OptimizerState(long steps, Collection<TensorSlice> tensors) {
  private static final String STEPS = "steps";
  private static final String FIRST = "exp_avg.";
  private static final String SECOND = "exp_avg_sq.";

  /** Returns the name of the first moment, the running mean of the gradients. */
  public static String first(String tensor) {
    return FIRST + tensor;
  }

  /** Returns the name of the second moment, the running mean of the squared gradients. */
  public static String second(String tensor) {
    return SECOND + tensor;
  }

  /** Supplies a tensor's moments when they are written. */
  public interface Means {
    /**
     * @param first whether the first moment, otherwise the second
     */
    Data of(String tensor, boolean first);
  }

  /**
   * @param names the trained tensors
   */
  public static void write(Path file, long steps, Set<String> names, Means means)
      throws IOException {
    Map<String, Data> tensors = new LinkedHashMap<>();
    tensors.put(STEPS, SafetensorsWriter.int64(new int[] {Math.toIntExact(steps)}));
    for (String name : names) {
      tensors.put(first(name), means.of(name, true));
      tensors.put(second(name), means.of(name, false));
    }
    SafetensorsWriter.write(file, tensors);
  }

  /**
   * @throws CheckpointException naming the file if it is not an optimizer state
   */
  public static OptimizerState read(Path file) {
    try {
      SortedMap<String, TensorSlice> tensors = SafetensorsFile.read(file);
      TensorSlice steps = tensors.remove(STEPS);
      if (steps == null) {
        throw new IOException("it does not say how many steps were taken");
      }
      return new OptimizerState(number(steps), List.copyOf(tensors.values()));
    } catch (IOException e) {
      throw new CheckpointException(
          "%s cannot be read (%s): delete its folder, training goes on from the one before"
              .formatted(file, e.getMessage()),
          e);
    }
  }

  private static long number(TensorSlice slice) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    try (FileChannel in = FileChannel.open(slice.file(), StandardOpenOption.READ)) {
      if (in.read(bytes, slice.offset()) < Long.BYTES) {
        throw new IOException("it ends too early");
      }
    }
    return bytes.flip().getLong();
  }
}
