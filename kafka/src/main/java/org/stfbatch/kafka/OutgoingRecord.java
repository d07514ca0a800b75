package org.stfbatch.kafka;

import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Optional;
import org.stfbatch.kafka.message.MessageHeaders;

/**
 * A message to be published.
 *
 * @param key null for none; not copied. Messages of one key keep their order
 * @param value null for none; not copied
 * @param headers its headers
 * @param smaller what to publish in its place if the broker finds it too large
 */
public record OutgoingRecord(
    byte[] key, byte[] value, MessageHeaders headers, Optional<OutgoingRecord> smaller) {

  public OutgoingRecord {
    Objects.requireNonNull(headers, "headers is null");
    Objects.requireNonNull(smaller, "smaller is null");
  }

  /** A message with a text as its key. */
  public static OutgoingRecord of(String key, byte[] value, MessageHeaders headers) {
    return new OutgoingRecord(
        key.getBytes(StandardCharsets.UTF_8), value, headers, Optional.empty());
  }

  /** The same, with something to publish in its place if it is too large. */
  public OutgoingRecord orSmaller(OutgoingRecord other) {
    return new OutgoingRecord(key, value, headers, Optional.of(other));
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
