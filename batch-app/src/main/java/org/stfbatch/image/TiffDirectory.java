package org.stfbatch.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** The tags of the first picture of a TIFF or BigTIFF file. */
final class TiffDirectory {
  private static final int BIG = 43;
  private static final int[] TYPE_BYTES = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8};
  private static final int RATIONAL = 5;
  private static final int SIGNED_RATIONAL = 10;

  private record Entry(int type, int count, int at) {}

  private final ByteBuffer data;
  private final Map<Integer, Entry> entries = new HashMap<>();

  private TiffDirectory(ByteBuffer data) {
    this.data = data;
  }

  static TiffDirectory parse(byte[] file) throws IOException {
    ByteOrder order = file[0] == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
    TiffDirectory directory = new TiffDirectory(ByteBuffer.wrap(file).order(order));
    try {
      directory.read();
    } catch (IndexOutOfBoundsException e) {
      throw new IOException("it is cut off in its directory", e);
    }
    return directory;
  }

  private void read() throws IOException {
    boolean big = data.getShort(2) == BIG;
    int at = position(big ? data.getLong(8) : data.getInt(4) & 0xffff_ffffL);
    long count = big ? data.getLong(at) : data.getShort(at) & 0xffff;
    int entryBytes = big ? 20 : 12;
    at += big ? 8 : 2;
    for (long i = 0; i < count; i++, at += entryBytes) {
      int type = data.getShort(at + 2) & 0xffff;
      long values = big ? data.getLong(at + 4) : data.getInt(at + 4) & 0xffff_ffffL;
      long bytes = type < TYPE_BYTES.length ? values * TYPE_BYTES[type] : 0;
      int inline = big ? at + 12 : at + 8;
      if (bytes <= 0) {
        continue;
      }
      int place = inline;
      if (bytes > (big ? 8 : 4)) {
        place = position(big ? data.getLong(inline) : data.getInt(inline) & 0xffff_ffffL);
      }
      if (place + bytes <= data.capacity()) {
        entries.putIfAbsent(
            data.getShort(at) & 0xffff, new Entry(type, Math.toIntExact(values), place));
      }
    }
  }

  private int position(long offset) throws IOException {
    if (offset < 0 || offset > data.capacity()) {
      throw new IOException("it is cut off");
    }
    return (int) offset;
  }

  ByteOrder order() {
    return data.order();
  }

  boolean has(int tag) {
    return entries.containsKey(tag);
  }

  /** Returns the tag's integers; none if the tag is absent. */
  long[] numbers(int tag) {
    Entry entry = entries.get(tag);
    if (entry == null) {
      return new long[0];
    }
    long[] numbers = new long[entry.count()];
    int bytes = TYPE_BYTES[entry.type()];
    for (int i = 0; i < numbers.length; i++) {
      int at = entry.at() + i * bytes;
      numbers[i] =
          switch (bytes) {
            case 1 -> data.get(at) & 0xff;
            case 2 -> data.getShort(at) & 0xffff;
            case 4 -> data.getInt(at) & 0xffff_ffffL;
            default -> data.getLong(at);
          };
    }
    return numbers;
  }

  /** Returns the tag's first number, clipped to int, or the default if the tag is absent. */
  int number(int tag, int otherwise) {
    long[] numbers = numbers(tag);
    return numbers.length == 0 ? otherwise : (int) Math.min(numbers[0], Integer.MAX_VALUE);
  }

  /** Returns the tag's fractions, or the defaults if the tag is absent or has another type. */
  float[] fractions(int tag, float... otherwise) {
    Entry entry = entries.get(tag);
    if (entry == null
        || entry.count() != otherwise.length
        || entry.type() != RATIONAL && entry.type() != SIGNED_RATIONAL) {
      return otherwise;
    }
    float[] fractions = new float[otherwise.length];
    for (int i = 0; i < fractions.length; i++) {
      double above = data.getInt(entry.at() + 8 * i) & 0xffff_ffffL;
      double below = data.getInt(entry.at() + 8 * i + 4) & 0xffff_ffffL;
      fractions[i] = below == 0 ? 0 : (float) (above / below);
    }
    return fractions;
  }

  /** Returns the tag's bytes; none if it is absent. */
  byte[] bytes(int tag) {
    Entry entry = entries.get(tag);
    if (entry == null) {
      return new byte[0];
    }
    int end = entry.at() + entry.count() * TYPE_BYTES[entry.type()];
    return Arrays.copyOfRange(data.array(), entry.at(), end);
  }
}
