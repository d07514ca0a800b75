package org.stfbatch.model.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.stfbatch.base.JsonDefect;

/**
 * Reader of a safetensors file's header: eight bytes with its length, then a JSON object from
 * tensor name to element type, shape and byte range of the data after it. As the format's
 * specification requires, only white space follows the object, and the tensors fill the rest of the
 * file without gaps; a wrong header length is therefore detected and cannot shift the data.
 */
public final class SafetensorsFile {

  /** Much more than any model needs (the 7B model takes 0.1 MB), and small enough to parse. */
  static final long MAX_HEADER_BYTES = 16L << 20;

  private static final int LENGTH_BYTES = 8;
  private static final String METADATA = "__metadata__";

  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private SafetensorsFile() {}

  /**
   * Returns the tensors of a file.
   *
   * @throws MalformedFileException if the header contradicts itself or the file's size
   */
  public static SortedMap<String, TensorSlice> read(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long headerBytes = headerLength(channel);
      JsonNode header = header(channel, (int) headerBytes);
      return tensors(file, header, LENGTH_BYTES + headerBytes, channel.size());
    }
  }

  private static long headerLength(FileChannel channel) throws IOException {
    if (channel.size() < LENGTH_BYTES) {
      throw new MalformedFileException("the file is cut off or no safetensors file");
    }
    long length = read(channel, 0, LENGTH_BYTES).order(ByteOrder.LITTLE_ENDIAN).getLong();
    if (length < 0 || length > MAX_HEADER_BYTES) {
      throw new MalformedFileException(
          "its header claims %s bytes, which no safetensors file has"
              .formatted(Long.toUnsignedString(length)));
    }
    if (length > channel.size() - LENGTH_BYTES) {
      throw new MalformedFileException("the file ends inside its header: it is cut off");
    }
    return length;
  }

  private static JsonNode header(FileChannel channel, int length) throws IOException {
    try {
      String text =
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(read(channel, LENGTH_BYTES, length))
              .toString();
      JsonNode header = JSON.readTree(text);
      if (header.isObject()) {
        return header;
      }
    } catch (CharacterCodingException e) {
      throw new MalformedFileException("its header is not UTF-8, or longer than it should be");
    } catch (JsonProcessingException e) {
      throw new MalformedFileException("its header is not valid JSON: " + JsonDefect.of(e));
    }
    throw new MalformedFileException("its header is not a JSON object");
  }

  private static ByteBuffer read(FileChannel channel, long position, int length)
      throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(length);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, position + buffer.position()) < 0) {
        throw new EOFException("the file ends inside its header: it is cut off");
      }
    }
    return buffer.flip();
  }

  private static SortedMap<String, TensorSlice> tensors(
      Path file, JsonNode header, long dataStart, long fileSize) throws IOException {
    SortedMap<String, TensorSlice> tensors = new TreeMap<>();
    requireTexts(header.path(METADATA));
    for (Map.Entry<String, JsonNode> entry : header.properties()) {
      if (!entry.getKey().equals(METADATA)) {
        TensorSlice tensor = tensor(file, entry.getKey(), entry.getValue(), dataStart, fileSize);
        tensors.put(tensor.name(), tensor);
      }
    }
    requireGapless(tensors, dataStart, fileSize);
    return tensors;
  }

  private static TensorSlice tensor(
      Path file, String name, JsonNode entry, long dataStart, long fileSize) throws IOException {
    String typeName = entry.path("dtype").asText();
    DType dtype =
        DType.ofSafetensors(typeName)
            .orElseThrow(
                () ->
                    new MalformedFileException(
                        "tensor '%s' has the element type '%s', which is not supported"
                            .formatted(name, typeName)));
    List<Long> shape = longs(entry.path("shape"), name);
    List<Long> range = longs(entry.path("data_offsets"), name);
    if (range.size() != 2 || range.get(0) > range.get(1)) {
      throw new MalformedFileException("tensor '%s' has no valid data_offsets".formatted(name));
    }
    if (range.get(1) > fileSize - dataStart) {
      throw new MalformedFileException(
          "tensor '%s' lies beyond the end of the file: it is cut off".formatted(name));
    }
    if (byteLength(name, dtype, shape) != range.get(1) - range.get(0)) {
      throw new MalformedFileException(
          "tensor '%s' of shape %s and type %s does not fill its data_offsets %s"
              .formatted(name, shape, dtype.torchName(), range));
    }
    return new TensorSlice(name, file, dataStart + range.get(0), dtype, shape);
  }

  private static long byteLength(String name, DType dtype, List<Long> shape) throws IOException {
    try {
      return Math.multiplyExact(Shapes.elementCount(shape), dtype.bytes());
    } catch (ArithmeticException e) {
      throw new MalformedFileException(
          "tensor '%s' has the impossible shape %s".formatted(name, shape));
    }
  }

  private static List<Long> longs(JsonNode array, String name) throws IOException {
    List<Long> values = new ArrayList<>();
    for (JsonNode value : array) {
      if (!value.isIntegralNumber() || !value.canConvertToLong() || value.asLong() < 0) {
        throw new MalformedFileException("tensor '%s' has the size %s".formatted(name, value));
      }
      values.add(value.asLong());
    }
    if (!array.isArray()) {
      throw new MalformedFileException(
          "tensor '%s' has no shape or no data_offsets".formatted(name));
    }
    return values;
  }

  private static void requireTexts(JsonNode metadata) throws IOException {
    boolean texts = metadata.isMissingNode() || metadata.isObject();
    for (JsonNode value : metadata) {
      texts &= value.isTextual();
    }
    if (!texts) {
      throw new MalformedFileException("its %s is no object of texts".formatted(METADATA));
    }
  }

  private static void requireGapless(
      SortedMap<String, TensorSlice> tensors, long dataStart, long fileSize) throws IOException {
    List<TensorSlice> byOffset =
        tensors.values().stream()
            .sorted(
                Comparator.comparingLong(TensorSlice::offset)
                    .thenComparingLong(TensorSlice::byteLength))
            .toList();
    long end = dataStart;
    String before = "";
    for (TensorSlice tensor : byOffset) {
      if (tensor.offset() < end) {
        throw new MalformedFileException(
            "tensors '%s' and '%s' overlap".formatted(before, tensor.name()));
      }
      if (tensor.offset() > end) {
        throw new MalformedFileException(
            "nothing says what the %d bytes before tensor '%s' are"
                .formatted(tensor.offset() - end, tensor.name()));
      }
      end += tensor.byteLength();
      before = tensor.name();
    }
    if (end != fileSize) {
      throw new MalformedFileException(
          "nothing says what the %d bytes behind its last tensor are".formatted(fileSize - end));
    }
  }
}
