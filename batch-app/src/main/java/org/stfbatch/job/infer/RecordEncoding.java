package org.stfbatch.job.infer;

import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Writes records as bytes such that different records have different bytes: types, component names
 * and lengths are part of them. All components of a record are written, those that it may get later
 * included; a component of a type without an encoding is refused.
 */
final class RecordEncoding {
  private final DataOutputStream out;

  RecordEncoding(OutputStream out) {
    this.out = new DataOutputStream(out);
  }

  /**
   * Writes a record.
   *
   * @param without names of components that are left out
   * @throws IllegalArgumentException if a value has no encoding
   */
  void write(Record value, Set<String> without) {
    try {
      writeRecord(value, without);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void writeRecord(Record value, Set<String> without) throws IOException {
    List<RecordComponent> components =
        Arrays.stream(value.getClass().getRecordComponents())
            .filter(component -> !without.contains(component.getName()))
            .toList();
    text('R', value.getClass().getSimpleName());
    out.writeInt(components.size());
    for (RecordComponent component : components) {
      text('C', component.getName());
      write(of(value, component));
    }
  }

  private static Object of(Record value, RecordComponent component) {
    try {
      return component.getAccessor().invoke(value);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("component " + component + " cannot be read", e);
    }
  }

  private void write(Object value) throws IOException {
    if (value instanceof Record part) {
      writeRecord(part, Set.of());
    } else if (value instanceof List<?> list) {
      out.writeByte('L');
      out.writeInt(list.size());
      for (Object element : list) {
        write(element);
      }
    } else if (value instanceof byte[] bytes) {
      out.writeByte('B');
      out.writeInt(bytes.length);
      out.write(bytes);
    } else if (value instanceof int[] numbers) {
      out.writeByte('N');
      out.writeInt(numbers.length);
      for (int number : numbers) {
        out.writeInt(number);
      }
    } else {
      writeSingle(value);
    }
  }

  private void writeSingle(Object value) throws IOException {
    if (value instanceof String text) {
      text('S', text);
    } else if (value instanceof Integer number) {
      out.writeByte('I');
      out.writeInt(number);
    } else if (value instanceof Long number) {
      out.writeByte('J');
      out.writeLong(number);
    } else if (value instanceof Double number) {
      out.writeByte('D');
      out.writeDouble(number);
    } else if (value instanceof Boolean flag) {
      out.writeByte('Z');
      out.writeBoolean(flag);
    } else if (value instanceof Enum<?> constant) {
      text('E', constant.name());
    } else {
      writeOptional(value);
    }
  }

  private void writeOptional(Object value) throws IOException {
    Optional<?> content;
    if (value instanceof Optional<?> any) {
      content = any;
    } else if (value instanceof OptionalInt number) {
      content = number.isPresent() ? Optional.of(number.getAsInt()) : Optional.empty();
    } else if (value instanceof OptionalLong number) {
      content = number.isPresent() ? Optional.of(number.getAsLong()) : Optional.empty();
    } else if (value instanceof OptionalDouble number) {
      content = number.isPresent() ? Optional.of(number.getAsDouble()) : Optional.empty();
    } else {
      throw new IllegalArgumentException(
          "a value of type %s has no encoding: add one to RecordEncoding"
              .formatted(value == null ? "null" : value.getClass().getName()));
    }
    out.writeByte('O');
    out.writeBoolean(content.isPresent());
    if (content.isPresent()) {
      write(content.get());
    }
  }

  /** Two bytes a character: lone surrogates stay different. */
  private void text(char type, String text) throws IOException {
    out.writeByte(type);
    out.writeInt(text.length());
    out.writeChars(text);
  }
}
