package org.stfbatch.kafka;

import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Optional;
import org.stfbatch.kafka.message.MessageHeaders;

/**
 * A message as it was read.
 *
 * @param partition of the topic
 * @param offset in the partition
 * @param timestamp milliseconds since 1970 that the producer or the broker gave it
 * @param key null if it has none; not copied
 * @param value null if it has none; not copied
 * @param headers its headers
 */
public record TopicRecord(
    int partition, long offset, long timestamp, byte[] key, byte[] value, MessageHeaders headers) {

  public TopicRecord {
    Objects.requireNonNull(headers, "headers is null");
  }

  /** The key, if there is one; what is not UTF-8 in it becomes U+FFFD. */
  public Optional<String> keyText() {
    return Optional.ofNullable(key).map(bytes -> new String(bytes, StandardCharsets.UTF_8));
  }

  /** The offset to read next after this message alone. */
  public long nextOffset() {
    return offset + 1;
  }

  /** Names the place only: a value may be large or private. */
  @Override
  public String toString() {
    return "TopicRecord[partition=" + partition + ", offset=" + offset + "]";
  }
}
