package org.stfbatch.model.checkpoint;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the pickle of a state dict, a dictionary from name to tensor as {@code torch.save} writes
 * it.
 *
 * <p>A pickle is a program. This class does not interpret arbitrary pickles: it supports only the
 * few opcodes and globals that tensors need and rejects any other by name, so a file cannot execute
 * code. All limits are far above what a model needs.
 */
final class StateDictPickle {

  static final int MAX_BYTES = 16 << 20;

  private static final int MAX_ENTRIES = 250_000;
  private static final int MAX_MARKS = 64;
  private static final int MAX_GLOBAL_NAME = 256;
  private static final int PROTOCOL = 2;

  private static final String ORDERED_DICT = "collections.OrderedDict";
  private static final String REBUILD_TENSOR = "torch._utils._rebuild_tensor_v2";
  private static final String REBUILD_PARAMETER = "torch._utils._rebuild_parameter";
  private static final String TORCH = "torch.";

  /** A tensor as a view of a storage, identified by PyTorch's key. */
  record TensorView(
      String storage,
      DType dtype,
      long storageElements,
      long storageOffset,
      List<Long> size,
      List<Long> stride) {}

  private record Storage(String key, DType dtype, long elements) {}

  private record Global(String name) {}

  private record Dict(boolean ordered, Map<String, Object> entries) {}

  private enum None {
    NONE
  }

  private final byte[] pickle;
  private int at;
  private List<Object> stack = new ArrayList<>();
  private final Deque<List<Object>> marked = new ArrayDeque<>();
  private final Map<Integer, Object> memo = new HashMap<>();

  private StateDictPickle(byte[] pickle) {
    this.pickle = pickle;
  }

  /**
   * Returns the tensors of a pickled state dict.
   *
   * @throws MalformedFileException naming the opcode, global or entry that is not part of a state
   *     dict
   */
  static Map<String, TensorView> read(byte[] pickle) throws IOException {
    Object root = new StateDictPickle(pickle).run();
    if (!(root instanceof Dict dict)) {
      throw new MalformedFileException("it holds no dictionary of tensors");
    }
    Map<String, TensorView> tensors = new LinkedHashMap<>();
    for (Map.Entry<String, Object> entry : dict.entries().entrySet()) {
      if (!(entry.getValue() instanceof TensorView tensor)) {
        throw new MalformedFileException(
            "its entry '%s' is not a tensor".formatted(entry.getKey()));
      }
      tensors.put(entry.getKey(), tensor);
    }
    return tensors;
  }

  private Object run() throws IOException {
    while (true) {
      int opcode = unsigned(1);
      if (opcode == '.') {
        return pop();
      }
      execute(opcode);
      if (stack.size() > MAX_ENTRIES || memo.size() > MAX_ENTRIES) {
        throw new MalformedFileException("its pickle holds more values than a state dict has");
      }
    }
  }

  private void execute(int opcode) throws IOException {
    switch (opcode) {
      case 0x80 -> requireProtocol(unsigned(1));
      case '}' -> push(new Dict(false, new LinkedHashMap<>()));
      case ')' -> push(List.of());
      case '(' -> mark();
      case 't' -> push(popToMark());
      case 0x85 -> push(popLast(1));
      case 0x86 -> push(popLast(2));
      case 0x87 -> push(popLast(3));
      case 'X' -> push(text(length(unsigned(4))));
      case 'K' -> push((long) unsigned(1));
      case 'M' -> push((long) unsigned(2));
      case 'J' -> push((long) unsigned(4));
      case 0x8A -> push(longInteger(unsigned(1)));
      case 0x88 -> push(Boolean.TRUE);
      case 0x89 -> push(Boolean.FALSE);
      case 'N' -> push(None.NONE);
      case 'c' -> push(global(line() + "." + line()));
      case 'Q' -> push(storage(pop()));
      case 'R' -> reduce();
      case 's' -> setItems(popLast(2));
      case 'u' -> setItems(popToMark());
      case 'b' -> build();
      case 'q' -> memo.put(unsigned(1), peek());
      case 'r' -> memo.put(unsigned(4), peek());
      case 'h' -> push(recall(unsigned(1)));
      case 'j' -> push(recall(unsigned(4)));
      default ->
          throw new MalformedFileException(
              "its pickle uses the opcode 0x%02X, which tensors do not need; it was refused"
                  .formatted(opcode));
    }
  }

  private static void requireProtocol(int protocol) throws IOException {
    if (protocol != PROTOCOL) {
      throw new MalformedFileException(
          "its pickle has protocol %d; torch.save writes %d".formatted(protocol, PROTOCOL));
    }
  }

  private static Global global(String name) throws IOException {
    boolean storage =
        name.startsWith(TORCH) && DType.ofTorchStorage(name.substring(TORCH.length())).isPresent();
    if (storage
        || name.equals(ORDERED_DICT)
        || name.equals(REBUILD_TENSOR)
        || name.equals(REBUILD_PARAMETER)) {
      return new Global(name);
    }
    throw new MalformedFileException(
        "its pickle asks for '%s', which tensors do not need; it was refused".formatted(name));
  }

  /** A persistent id: ("storage", torch.XStorage, key, device, number of elements). */
  private static Storage storage(Object id) throws IOException {
    if (id instanceof List<?> parts
        && parts.size() == 5
        && "storage".equals(parts.get(0))
        && parts.get(1) instanceof Global type
        && parts.get(2) instanceof String key
        && parts.get(4) instanceof Long elements
        && elements >= 0
        && type.name().startsWith(TORCH)) {
      DType dtype =
          DType.ofTorchStorage(type.name().substring(TORCH.length()))
              .orElseThrow(() -> new MalformedFileException(type.name() + " is no storage"));
      return new Storage(key, dtype, elements);
    }
    throw new MalformedFileException("its pickle refers to something that is not a storage");
  }

  private void reduce() throws IOException {
    Object arguments = pop();
    Object function = pop();
    if (!(function instanceof Global global) || !(arguments instanceof List<?> values)) {
      throw new MalformedFileException("its pickle calls something that is no function");
    }
    push(
        switch (global.name()) {
          case ORDERED_DICT -> orderedDict(values);
          case REBUILD_TENSOR -> tensor(values);
          case REBUILD_PARAMETER -> parameter(values);
          default ->
              throw new MalformedFileException(
                  "its pickle calls '%s'; it was refused".formatted(global.name()));
        });
  }

  private static Dict orderedDict(List<?> arguments) throws IOException {
    if (!arguments.isEmpty()) {
      throw new MalformedFileException("its pickle makes an OrderedDict of arguments");
    }
    return new Dict(true, new LinkedHashMap<>());
  }

  /** _rebuild_tensor_v2(storage, offset, size, stride, requires_grad, hooks[, metadata]). */
  private static TensorView tensor(List<?> arguments) throws IOException {
    if ((arguments.size() == 6 || arguments.size() == 7)
        && arguments.get(0) instanceof Storage storage
        && arguments.get(1) instanceof Long offset
        && arguments.get(2) instanceof List<?> size
        && arguments.get(3) instanceof List<?> stride
        && (arguments.size() == 6 || isNothing(arguments.get(6)))) {
      return new TensorView(
          storage.key(), storage.dtype(), storage.elements(), offset, longs(size), longs(stride));
    }
    throw new MalformedFileException("its pickle holds a tensor of an unknown form");
  }

  private static TensorView parameter(List<?> arguments) throws IOException {
    if (arguments.size() == 3 && arguments.get(0) instanceof TensorView tensor) {
      return tensor;
    }
    throw new MalformedFileException("its pickle holds a parameter of an unknown form");
  }

  private static boolean isNothing(Object value) {
    return value == None.NONE || value instanceof Dict dict && dict.entries().isEmpty();
  }

  private static List<Long> longs(List<?> values) throws IOException {
    List<Long> longs = new ArrayList<>();
    for (Object value : values) {
      if (!(value instanceof Long number)) {
        throw new MalformedFileException("its pickle holds a tensor whose sizes are no numbers");
      }
      longs.add(number);
    }
    return longs;
  }

  private void setItems(List<Object> keysAndValues) throws IOException {
    if (!(peek() instanceof Dict dict) || keysAndValues.size() % 2 != 0) {
      throw new MalformedFileException("its pickle fills something that is no dictionary");
    }
    for (int i = 0; i < keysAndValues.size(); i += 2) {
      if (!(keysAndValues.get(i) instanceof String key)) {
        throw new MalformedFileException("its pickle has a dictionary with a key that is no text");
      }
      dict.entries().put(key, keysAndValues.get(i + 1));
    }
    if (dict.entries().size() > MAX_ENTRIES) {
      throw new MalformedFileException("its pickle holds more values than a state dict has");
    }
  }

  /** Ignores the version numbers that PyTorch attaches to the OrderedDict of a module's state. */
  private void build() throws IOException {
    pop();
    if (!(peek() instanceof Dict dict) || !dict.ordered()) {
      throw new MalformedFileException(
          "its pickle sets the state of an object (opcode BUILD), which tensors do not need; it was refused");
    }
  }

  private void mark() throws IOException {
    if (marked.size() >= MAX_MARKS) {
      throw new MalformedFileException("its pickle is nested deeper than a state dict");
    }
    marked.push(stack);
    stack = new ArrayList<>();
  }

  private List<Object> popToMark() throws IOException {
    if (marked.isEmpty()) {
      throw new MalformedFileException("its pickle is damaged: a mark is missing");
    }
    List<Object> values = stack;
    stack = marked.pop();
    return values;
  }

  private List<Object> popLast(int count) throws IOException {
    if (stack.size() < count) {
      throw new MalformedFileException("its pickle is damaged: a value is missing");
    }
    List<Object> last = stack.subList(stack.size() - count, stack.size());
    List<Object> values = new ArrayList<>(last);
    last.clear();
    return values;
  }

  private void push(Object value) {
    stack.add(value);
  }

  private Object pop() throws IOException {
    return popLast(1).get(0);
  }

  private Object peek() throws IOException {
    if (stack.isEmpty()) {
      throw new MalformedFileException("its pickle is damaged: a value is missing");
    }
    return stack.get(stack.size() - 1);
  }

  private Object recall(int index) throws IOException {
    Object value = memo.get(index);
    if (value == null) {
      throw new MalformedFileException("its pickle recalls a value that it never kept");
    }
    return value;
  }

  private String line() throws IOException {
    int start = at;
    while (at < pickle.length && pickle[at] != '\n' && at - start <= MAX_GLOBAL_NAME) {
      at++;
    }
    if (at == pickle.length || pickle[at] != '\n') {
      throw new MalformedFileException("its pickle is damaged: a global's name does not end");
    }
    return new String(pickle, start, at++ - start, StandardCharsets.US_ASCII);
  }

  private String text(int length) throws IOException {
    return new String(pickle, advance(length), length, StandardCharsets.UTF_8);
  }

  private long longInteger(int length) throws IOException {
    if (length > Long.BYTES) {
      throw new MalformedFileException("its pickle holds an integer of %d bytes".formatted(length));
    }
    int start = advance(length);
    long value = length == 0 || pickle[start + length - 1] >= 0 ? 0 : -1;
    for (int i = length - 1; i >= 0; i--) {
      value = value << 8 | pickle[start + i] & 0xFF;
    }
    return value;
  }

  /** Reads a little-endian number of 1 to 4 bytes; four bytes are signed, as in BININT. */
  private int unsigned(int length) throws IOException {
    int start = advance(length);
    int value = 0;
    for (int i = length - 1; i >= 0; i--) {
      value = value << 8 | pickle[start + i] & 0xFF;
    }
    return value;
  }

  private static int length(int claimed) throws IOException {
    if (claimed < 0) {
      throw new MalformedFileException("its pickle is cut off");
    }
    return claimed;
  }

  /** Skips bytes; returns where they start. */
  private int advance(int length) throws IOException {
    if (length > pickle.length - at) {
      throw new MalformedFileException("its pickle is cut off");
    }
    int start = at;
    at += length;
    return start;
  }
}
