package org.stfbatch.model.checkpoint;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Writes pickles by hand, both as torch.save writes them and malicious ones. */
final class Pickle {

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  static Pickle start() {
    return new Pickle().raw(0x80, 2);
  }

  Pickle raw(int... values) {
    for (int value : values) {
      bytes.write(value);
    }
    return this;
  }

  Pickle ascii(String text) {
    bytes.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    return this;
  }

  Pickle global(String module, String name) {
    return ascii("c" + module + "\n" + name + "\n");
  }

  Pickle text(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    raw('X').int32(utf8.length);
    bytes.writeBytes(utf8);
    return this;
  }

  Pickle number(long value) {
    if (value >= 0 && value < 256) {
      return raw('K', (int) value);
    }
    raw(0x8A, 8);
    for (int i = 0; i < 8; i++) {
      raw((int) (value >> 8 * i) & 0xFF);
    }
    return this;
  }

  Pickle int32(int value) {
    return raw(value & 0xFF, value >> 8 & 0xFF, value >> 16 & 0xFF, value >>> 24);
  }

  Pickle numbers(long... values) {
    raw('(');
    for (long value : values) {
      number(value);
    }
    return raw('t');
  }

  /** Appends a tensor of a float32 storage. */
  Pickle tensor(String key, long elements, long offset, long[] size, long[] stride) {
    return tensor("FloatStorage", key, elements, offset, size, stride);
  }

  Pickle tensor(
      String storage, String key, long elements, long offset, long[] size, long[] stride) {
    global("torch._utils", "_rebuild_tensor_v2").raw('(');
    raw('(').text("storage").global("torch", storage).text(key).text("cpu").number(elements);
    raw('t', 'Q').number(offset).numbers(size).numbers(stride).raw(0x89);
    return global("collections", "OrderedDict").raw(')', 'R', 't', 'R');
  }

  byte[] stop() {
    raw('.');
    return bytes.toByteArray();
  }
}
