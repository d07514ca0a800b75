package org.stfbatch.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.jni.IValue;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.Optional;
import org.stfbatch.model.TorchModule.Scope;
import org.stfbatch.model.TorchModule.Tensor;

/**
 * A recording of a module's calls, which another program can repeat with the same TorchScript.
 * {@code scripts/gpu/replay.py} repeats it with a PyTorch that the JVM cannot load. Used by the
 * thread that calls the module.
 *
 * <p>Its folder has three files:
 *
 * <ul>
 *   <li>{@code module.pt}: the TorchScript archive
 *   <li>{@code calls.jsonl}: one call a line, with {@code method}, {@code arguments} and, except
 *       for methods without one, {@code result}. A value is an object with one key: {@code int},
 *       {@code float}, {@code bool}, {@code string}, {@code ints}, {@code tuple}, {@code list} or
 *       {@code tensor}. A tensor has {@code dtype}, {@code shape} and {@code offset}, where its
 *       bytes begin in the third file; without {@code offset}, its contents are not recorded.
 *   <li>{@code tensors.bin}: contents of tensors, contiguous and little-endian
 * </ul>
 */
final class CallRecording implements AutoCloseable {
  /** System property: the folder in which each module gets a recording of its own. */
  static final String FOLDER = "stfbatch.record";

  /**
   * System property: {@code false} leaves out the contents of all tensors but int64. The time of a
   * call does not depend on them.
   */
  static final String FLOATS = "stfbatch.record.floats";

  private final ObjectMapper json = new ObjectMapper();
  private final Writer calls;
  private final FileChannel tensors;
  private final boolean floats;

  private CallRecording(Writer calls, FileChannel tensors, boolean floats) {
    this.calls = calls;
    this.tensors = tensors;
    this.floats = floats;
  }

  /** Begins the recording that the system properties ask for, if they do. */
  static Optional<CallRecording> wanted(byte[] archive) {
    return Optional.ofNullable(System.getProperty(FOLDER))
        .map(
            folder -> begin(Path.of(folder), !"false".equals(System.getProperty(FLOATS)), archive));
  }

  /**
   * Begins a recording in a new folder {@code module-N} of the given one, which is created.
   *
   * @param floats whether contents of tensors other than int64 are recorded
   * @throws IllegalArgumentException if the folder cannot be written
   */
  static CallRecording begin(Path parent, boolean floats, byte[] archive) {
    try {
      Path folder = newFolder(parent);
      Files.write(folder.resolve("module.pt"), archive);
      Writer calls = Files.newBufferedWriter(folder.resolve("calls.jsonl"));
      try {
        return new CallRecording(calls, open(folder.resolve("tensors.bin")), floats);
      } catch (IOException e) {
        calls.close();
        throw e;
      }
    } catch (IOException e) {
      throw new IllegalArgumentException(
          FOLDER + ": " + parent + " cannot be written: name another folder (" + e + ")", e);
    }
  }

  private static FileChannel open(Path file) throws IOException {
    return FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  }

  private static Path newFolder(Path parent) throws IOException {
    Files.createDirectories(parent);
    for (int i = 1; ; i++) {
      Path folder = parent.resolve("module-" + i);
      try {
        return Files.createDirectory(folder);
      } catch (FileAlreadyExistsException taken) {
        continue;
      }
    }
  }

  /**
   * Adds a call.
   *
   * @param arguments as those of {@link TorchModule#call}
   * @param scope the call's tensors
   */
  void add(String method, Object[] arguments, Scope scope, IValue result) {
    try {
      ObjectNode call = json.createObjectNode().put("method", method);
      ArrayNode values = call.putArray("arguments");
      for (Object argument : arguments) {
        values.add(value(argument));
      }
      value(scope, result).ifPresent(value -> call.set("result", value));
      calls.write(json.writeValueAsString(call));
      calls.write('\n');
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private ObjectNode value(Object argument) throws IOException {
    ObjectNode node = json.createObjectNode();
    if (argument instanceof Tensor tensor) {
      return tensor(tensor.type(), tensor.shape(), tensor.data().duplicate());
    } else if (argument instanceof long[] list) {
      return ints(list);
    } else if (argument instanceof String text) {
      return node.put("string", text);
    } else if (argument instanceof Boolean flag) {
      return node.put("bool", flag);
    } else if (argument instanceof Double number) {
      return node.put("float", number);
    } else if (argument instanceof Number number) {
      return node.put("int", number.longValue());
    }
    throw new IllegalArgumentException("no recorded value for " + argument);
  }

  /** Returns the recorded value; empty for None. */
  private Optional<ObjectNode> value(Scope scope, IValue result) throws IOException {
    ObjectNode node = json.createObjectNode();
    if (result.isTensor()) {
      NDArray array = scope.array(result);
      return Optional.of(
          tensor(array.getDataType(), array.getShape().getShape(), array.toByteBuffer(false)));
    } else if (result.isTuple()) {
      return Optional.of(node.set("tuple", values(scope, result.toIValueTuple())));
    } else if (result.isLongList()) {
      return Optional.of(ints(result.toLongArray()));
    } else if (result.isList()) {
      return Optional.of(node.set("list", values(scope, result.toIValueArray())));
    } else if (result.isDouble()) {
      return Optional.of(node.put("float", result.toDouble()));
    } else if (result.isLong()) {
      return Optional.of(node.put("int", result.toLong()));
    } else if (result.isBoolean()) {
      return Optional.of(node.put("bool", result.toBoolean()));
    }
    return Optional.empty();
  }

  private ArrayNode values(Scope scope, IValue[] parts) throws IOException {
    ArrayNode values = json.createArrayNode();
    for (IValue part : parts) {
      try (part) {
        value(scope, part).ifPresent(values::add);
      }
    }
    return values;
  }

  private ObjectNode ints(long[] list) {
    ObjectNode node = json.createObjectNode();
    ArrayNode values = node.putArray("ints");
    for (long value : list) {
      values.add(value);
    }
    return node;
  }

  private ObjectNode tensor(DataType type, long[] shape, ByteBuffer data) throws IOException {
    ObjectNode node = json.createObjectNode();
    ObjectNode tensor = node.putObject("tensor").put("dtype", type.name().toLowerCase(Locale.ROOT));
    ArrayNode sizes = tensor.putArray("shape");
    for (long size : shape) {
      sizes.add(size);
    }
    if (floats || type == DataType.INT64) {
      tensor.put("offset", tensors.position());
      while (data.hasRemaining()) {
        tensors.write(data);
      }
    }
    return node;
  }

  @Override
  public void close() {
    try (tensors;
        calls) {
      calls.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
