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

/** Writes a few small tensors as a safetensors file. */
public final class SafetensorsWriter {
  private static final int ALIGNMENT = 8;

  private SafetensorsWriter() {}

  /**
   * A tensor to be written.
   *
   * @param type safetensors' name of the dtype
   * @param shape sizes, outermost first
   * @param bytes little-endian, row-major
   */
  public record Data(String type, List<Long> shape, ByteBuffer bytes) {}

  public static Data float32(List<Long> shape, float[] values) {
    ByteBuffer bytes = allocate(Float.BYTES * values.length);
    bytes.asFloatBuffer().put(values);
    return new Data("F32", shape, bytes);
  }

  public static Data int64(int[] values) {
    ByteBuffer bytes = allocate(Long.BYTES * values.length);
    bytes.asLongBuffer().put(Arrays.stream(values).asLongStream().toArray());
    return new Data("I64", List.of((long) values.length), bytes);
  }

  private static ByteBuffer allocate(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Writes the tensors in the map's order, replacing the file. */
  public static void write(Path file, Map<String, Data> tensors) throws IOException {
    byte[] header = header(tensors);
    try (FileChannel out =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      writeFully(out, allocate(Long.BYTES).putLong(header.length).flip());
      writeFully(out, ByteBuffer.wrap(header));
      for (Data tensor : tensors.values()) {
        writeFully(out, tensor.bytes().duplicate());
      }
    }
  }

  private static byte[] header(Map<String, Data> tensors) throws IOException {
    ObjectNode header = new ObjectMapper().createObjectNode();
    long offset = 0;
    for (Map.Entry<String, Data> tensor : tensors.entrySet()) {
      ObjectNode entry = header.putObject(tensor.getKey());
      entry.put("dtype", tensor.getValue().type());
      ArrayNode shape = entry.putArray("shape");
      tensor.getValue().shape().forEach(shape::add);
      long end = offset + tensor.getValue().bytes().remaining();
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
