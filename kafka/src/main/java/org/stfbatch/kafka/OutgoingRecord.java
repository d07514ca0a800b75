package org.stfbatch.kafka;

import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.function.Supplier;
import org.stfbatch.kafka.message.MessageHeaders;

/**
 * A message to be published.
 *
 * @param key null for none; not copied. Messages of one key keep their order
 * @param value null for none; not copied
 * @param headers its headers
 * @param otherwise what to do if the topic finds it too large
 */
public record OutgoingRecord(
    byte[] key, byte[] value, MessageHeaders headers, Otherwise otherwise) {

  public OutgoingRecord {
    Objects.requireNonNull(headers, "headers is null");
    Objects.requireNonNull(otherwise, "otherwise is null");
  }

  /** What to do about a message that is too large. */
  public sealed interface Otherwise {

    /** Nothing helps: publishing fails. */
    record Fail() implements Otherwise {}

    /** It is left out, with a warning in the log; the others are published. */
    record LeaveOut() implements Otherwise {}

    /**
     * Another one is published in its place.
     *
     * @param record made only if it is needed
     */
    record Smaller(Supplier<OutgoingRecord> record) implements Otherwise {

      public Smaller {
        Objects.requireNonNull(record, "record is null");
      }
    }
  }

  /** A message with a text as its key. */
  public static OutgoingRecord of(String key, byte[] value, MessageHeaders headers) {
    return new OutgoingRecord(
        key.getBytes(StandardCharsets.UTF_8), value, headers, new Otherwise.Fail());
  }

  /** The same, with something to publish in its place if it is too large. */
  public OutgoingRecord orSmaller(Supplier<OutgoingRecord> other) {
    return new OutgoingRecord(key, value, headers, new Otherwise.Smaller(other));
  }

  /** The same, to be left out if it is too large. */
  public OutgoingRecord orLeftOut() {
    return new OutgoingRecord(key, value, headers, new Otherwise.LeaveOut());
  }

  /** Bytes of key, value and headers. */
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

  /** Names the key only: a value may be large or private. */
  @Override
  public String toString() {
    return "OutgoingRecord["
        + (key == null ? "no key" : new String(key, StandardCharsets.UTF_8))
        + "]";
  }
}
