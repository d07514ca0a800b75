package org.stfbatch.kafka;

import java.util.Objects;
import org.stfbatch.kafka.message.MessageHeaders;

/**
 * A message that cannot be used, and why.
 *
 * @param record the message as it was read
 * @param code stable and for programs
 * @param reason one line for people
 */
public record DeadLetter(TopicRecord record, String code, String reason) {

  /** Header: the topic from which the message was taken. */
  public static final String TOPIC = "stf-batch-dlq-topic";

  /** Header: its partition. */
  public static final String PARTITION = "stf-batch-dlq-partition";

  /** Header: its offset. */
  public static final String OFFSET = "stf-batch-dlq-offset";

  /** Header: its timestamp, in milliseconds since 1970. */
  public static final String TIMESTAMP = "stf-batch-dlq-timestamp";

  /** Header: why, for programs. */
  public static final String CODE = "stf-batch-dlq-code";

  /** Header: why, for people. */
  public static final String REASON = "stf-batch-dlq-reason";

  /** Header: how many bytes the value had, if the broker found the message too large to keep it. */
  public static final String OMITTED = "stf-batch-dlq-omitted-bytes";

  public DeadLetter {
    Objects.requireNonNull(record, "record is null");
    Objects.requireNonNull(code, "code is null");
    Objects.requireNonNull(reason, "reason is null");
  }

  /**
   * The message itself, with its own headers first. If it is too large so, it goes without its
   * value, and if it still is, without its key and its own headers. One that is too large even then
   * is left out: it must not hold up the others.
   */
  OutgoingRecord toRecord(String topic) {
    byte[] value = record.value();
    OutgoingRecord whole = outgoing(record.key(), value, withReason(record.headers(), topic));
    return whole.orSmaller(() -> withoutValue(topic, value == null ? 0 : value.length));
  }

  private OutgoingRecord withoutValue(String topic, int length) {
    String omitted = Integer.toString(length);
    MessageHeaders headers = withReason(record.headers(), topic).with(OMITTED, omitted);
    MessageHeaders own = withReason(MessageHeaders.NONE, topic).with(OMITTED, omitted);
    return outgoing(record.key(), null, headers)
        .orSmaller(() -> outgoing(null, null, own).orLeftOut());
  }

  private MessageHeaders withReason(MessageHeaders headers, String topic) {
    return headers
        .with(TOPIC, topic)
        .with(PARTITION, Integer.toString(record.partition()))
        .with(OFFSET, Long.toString(record.offset()))
        .with(TIMESTAMP, Long.toString(record.timestamp()))
        .with(CODE, code)
        .with(REASON, reason);
  }

  private static OutgoingRecord outgoing(byte[] key, byte[] value, MessageHeaders headers) {
    return new OutgoingRecord(key, value, headers, new OutgoingRecord.Otherwise.Fail());
  }
}
