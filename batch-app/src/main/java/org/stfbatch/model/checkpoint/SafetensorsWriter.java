package org.stfbatch.model.checkpoint;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.stfbatch.file.WholeFile;

/** Writes tensors as a safetensors file, with one tensor in memory at a time. */
public final class SafetensorsWriter {
  private static final int ALIGNMENT = 8;
  private static final int BUFFER_VALUES = 1 << 16;

  private SafetensorsWriter() {}

  /** A tensor's bytes: little-endian, row-major. */
  public interface Content {
    /** Appends all bytes. */
    void writeTo(FileChannel out) throws IOException;
  }

  /**
   * A tensor to be written.
   *
   * @param dtype the type of its elements
   * @param shape sizes, outermost first
   */
  public record Data(DType dtype, List<Long> shape, Content content) {
    private long byteLength() {
      return Math.multiplyExact(Shapes.elementCount(shape), dtype.bytes());
    }
  }

  public static Data float32(List<Long> shape, float[] values) {
    return float32(shape, () -> values);
  }

  /**
   * @param values supplied when the tensor is written
   */
  public static Data float32(List<Long> shape, Supplier<float[]> values) {
    return new Data(DType.FLOAT32, shape, out -> writeFloats(out, values.get()));
  }

  /** Returns values rounded to bfloat16, half to even. */
  public static Data bfloat16(List<Long> shape, Supplier<float[]> values) {
    return new Data(DType.BFLOAT16, shape, out -> writeBfloats(out, values.get()));
  }

  public static Data int64(int[] values) {
    ByteBuffer bytes = allocate(Long.BYTES * values.length);
    bytes.asLongBuffer().put(Arrays.stream(values).asLongStream().toArray());
    return new Data(
        DType.INT64, List.of((long) values.length), out -> writeFully(out, bytes.duplicate()));
  }

  /** Returns a byte-by-byte copy of another file's tensor. */
  public static Data copy(TensorSlice slice) {
    return new Data(slice.dtype(), slice.shape(), out -> transfer(slice, out));
  }

  private static void transfer(TensorSlice slice, FileChannel out) throws IOException {
    try (FileChannel in = FileChannel.open(slice.file(), StandardOpenOption.READ)) {
      long end = slice.offset() + slice.byteLength();
      for (long at = slice.offset(); at < end; ) {
        long moved = in.transferTo(at, end - at, out);
        if (moved <= 0) {
          throw new IOException("%s ends inside tensor %s".formatted(slice.file(), slice.name()));
        }
        at += moved;
      }
    }
  }

  private static void writeFloats(FileChannel out, float[] values) throws IOException {
    ByteBuffer buffer = allocate(Float.BYTES * Math.min(values.length, BUFFER_VALUES));
    for (int start = 0; start < values.length; start += BUFFER_VALUES) {
      int count = Math.min(BUFFER_VALUES, values.length - start);
      buffer.clear().limit(Float.BYTES * count);
      buffer.asFloatBuffer().put(values, start, count);
      writeFully(out, buffer);
    }
  }

  private static void writeBfloats(FileChannel out, float[] values) throws IOException {
    ByteBuffer buffer = allocate(Short.BYTES * Math.min(values.length, BUFFER_VALUES));
    for (int start = 0; start < values.length; start += BUFFER_VALUES) {
      buffer.clear();
      for (int i = start; i < Math.min(values.length, start + BUFFER_VALUES); i++) {
        buffer.putShort(Bfloat16.of(values[i]));
      }
      writeFully(out, buffer.flip());
    }
  }

  private static ByteBuffer allocate(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Writes the tensors in the map's order; replaces the file after all of them are written. */
  public static void write(Path file, Map<String, Data> tensors) throws IOException {
    byte[] header = header(tensors);
    WholeFile.writeChannel(
        file,
        out -> {
          writeFully(out, allocate(Long.BYTES).putLong(header.length).flip());
          writeFully(out, ByteBuffer.wrap(header));
          for (Data tensor : tensors.values()) {
            tensor.content().writeTo(out);
          }
        });
  }

  private static byte[] header(Map<String, Data> tensors) throws IOException {
    ObjectNode header = new ObjectMapper().createObjectNode();
    header.putObject("__metadata__").put("format", "pt");
    long offset = 0;
    for (Map.Entry<String, Data> tensor : tensors.entrySet()) {
      ObjectNode entry = header.putObject(tensor.getKey());
      entry.put("dtype", tensor.getValue().dtype().safetensorsName());
      ArrayNode shape = entry.putArray("shape");
      tensor.getValue().shape().forEach(shape::add);
      long end = offset + tensor.getValue().byteLength();
      entry.putArray("data_offsets").add(offset).add(end);
      offset = end;
    }
    String json = new ObjectMapper().writeValueAsString(header);
    int padding = Math.floorMod(-json.getBytes(StandardCharsets.UTF_8).length, ALIGNMENT);
    return (json + " ".repeat(padding)).getBytes(StandardCharsets.UTF_8);
  }

  private static void writeFully(FileChannel out, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      out.write(bytes);
    }
  }
}
