package org.stfbatch.model.checkpoint;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;

/** Writes safetensors files for tests. */
final class SafetensorsFixture {

  /** Writes the data of one tensor at the channel's position. */
  @FunctionalInterface
  interface Data {
    void write(FileChannel channel, String name, long bytes) throws IOException;
  }

  /** Leaves a hole of zeros, which uses no disk space. */
  static final Data SPARSE = (channel, name, bytes) -> channel.position(channel.position() + bytes);

  private SafetensorsFixture() {}

  static void write(Path file, Map<String, List<Long>> shapes, String dtype, Data data)
      throws IOException {
    int elementBytes = DType.ofSafetensors(dtype).orElseThrow().bytes();
    ObjectNode header = new ObjectMapper().createObjectNode();
    header.putObject("__metadata__").put("format", "pt");
    long end = 0;
    for (Map.Entry<String, List<Long>> tensor : shapes.entrySet()) {
      ObjectNode entry = header.putObject(tensor.getKey());
      entry.put("dtype", dtype);
      tensor.getValue().forEach(entry.withArray("shape")::add);
      long begin = end;
      end += Shapes.elementCount(tensor.getValue()) * elementBytes;
      entry.putArray("data_offsets").add(begin).add(end);
    }
    try (FileChannel channel = create(file)) {
      writeHeader(channel, header.toString());
      long dataStart = channel.position();
      for (Map.Entry<String, List<Long>> tensor : shapes.entrySet()) {
        data.write(channel, tensor.getKey(), Shapes.elementCount(tensor.getValue()) * elementBytes);
      }
      if (channel.size() < dataStart + end) {
        channel.write(ByteBuffer.allocate(1), dataStart + end - 1);
      }
    }
  }

  /** Writes a file with any header and this many zero bytes of data. */
  static void writeRaw(Path file, String header, int dataBytes) throws IOException {
    try (FileChannel channel = create(file)) {
      writeHeader(channel, header);
      channel.write(ByteBuffer.allocate(dataBytes));
    }
  }

  private static FileChannel create(Path file) throws IOException {
    return FileChannel.open(
        file,
        StandardOpenOption.CREATE,
        StandardOpenOption.WRITE,
        StandardOpenOption.TRUNCATE_EXISTING,
        StandardOpenOption.SPARSE);
  }

  private static void writeHeader(FileChannel channel, String header) throws IOException {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    int padded = (json.length + 7) / 8 * 8;
    ByteBuffer bytes = ByteBuffer.allocate(8 + padded).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(padded).put(json);
    while (bytes.hasRemaining()) {
      bytes.put((byte) ' ');
    }
    channel.write(bytes.flip());
  }
}
