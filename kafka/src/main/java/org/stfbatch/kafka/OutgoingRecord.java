package org.stfbatch.kafka;

import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.function.Supplier;
import org.stfbatch.kafka.message.MessageHeaders;

/**
 * A message to publish.
 *
 * @param key null for none; not copied. Messages with the same key keep their order
 * @param value null for none; not copied
 * @param headers its headers
 * @param otherwise fallback if it is too large for the topic
 */
public record OutgoingRecord(
    byte[] key, byte[] value, MessageHeaders headers, Otherwise otherwise) {

  public OutgoingRecord {
    Objects.requireNonNull(headers, "headers is null");
    Objects.requireNonNull(otherwise, "otherwise is null");
  }

  /** Fallback for a message that is too large. */
  public sealed interface Otherwise {

    /** Publishing fails. */
    record Fail() implements Otherwise {}

    /** The message is dropped with a warning in the log; the others are published. */
    record LeaveOut() implements Otherwise {}

    /**
     * Another message is published in its place.
     *
     * @param record created only if it is needed
     */
    record Smaller(Supplier<OutgoingRecord> record) implements Otherwise {

      public Smaller {
        Objects.requireNonNull(record, "record is null");
      }
    }
  }

  /** Returns a message with a text key, and without a fallback. */
  public static OutgoingRecord of(String key, byte[] value, MessageHeaders headers) {
    return new OutgoingRecord(
        key.getBytes(StandardCharsets.UTF_8), value, headers, new Otherwise.Fail());
  }

  /** Returns the same message with a smaller one as its fallback. */
  public OutgoingRecord orSmaller(Supplier<OutgoingRecord> other) {
    return new OutgoingRecord(key, value, headers, new Otherwise.Smaller(other));
  }

  /** Returns the same message, to be dropped if it is too large. */
  public OutgoingRecord orLeftOut() {
    return new OutgoingRecord(key, value, headers, new Otherwise.LeaveOut());
  }

  /** Returns the bytes of key, value and headers. */
  long size() {
    long size = length(key) + length(value);
    for (MessageHeaders.Header header : headers.all()) {
      size += header.name().length() + length(header.value());
    }
    return size;
  }

  private static long length(byte[] bytes) {
    return bytes == null ? 0 : bytes.length;
  }

  /** Contains only the key: a value may be large or private. */
  @Override
  public String toString() {
    return "OutgoingRecord["
        + (key == null ? "no key" : new String(key, StandardCharsets.UTF_8))
        + "]";
  }
}
