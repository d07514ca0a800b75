package org.stfbatch.kafka;

import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Optional;
import org.stfbatch.kafka.message.MessageHeaders;

/**
 * A message that was read.
 *
 * @param partition of the topic
 * @param offset in the partition
 * @param timestamp milliseconds since 1970, set by the producer or the broker
 * @param key null if it has none; not copied
 * @param value null if it has none; not copied
 * @param headers its headers
 */
public record TopicRecord(
    int partition, long offset, long timestamp, byte[] key, byte[] value, MessageHeaders headers) {

  public TopicRecord {
    Objects.requireNonNull(headers, "headers is null");
  }

  /** Returns the key, if there is one; invalid UTF-8 becomes U+FFFD. */
  public Optional<String> keyText() {
    return Optional.ofNullable(key).map(bytes -> new String(bytes, StandardCharsets.UTF_8));
  }

  /** Returns the offset after this message. */
  public long nextOffset() {
    return offset + 1;
  }

  /** Contains only partition and offset: a value may be large or private. */
  @Override
  public String toString() {
    return "TopicRecord[partition=" + partition + ", offset=" + offset + "]";
  }
}
