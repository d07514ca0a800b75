package org.stfbatch.kafka;

import java.util.Objects;
import org.stfbatch.kafka.message.MessageHeaders;

/**
 * A message for the dead-letter topic, with the reason.
 *
 * @param record the message as it was read
 * @param code stable, for programs
 * @param reason one line for users
 */
public record DeadLetter(TopicRecord record, String code, String reason) {

  /** Header: the source topic of the message. */
  public static final String TOPIC = "stf-batch-dlq-topic";

  /** Header: the message's partition in the source topic. */
  public static final String PARTITION = "stf-batch-dlq-partition";

  /** Header: the message's offset in the source topic. */
  public static final String OFFSET = "stf-batch-dlq-offset";

  /** Header: the message's timestamp, in milliseconds since 1970. */
  public static final String TIMESTAMP = "stf-batch-dlq-timestamp";

  /** Header: the error code, for programs. */
  public static final String CODE = "stf-batch-dlq-code";

  /** Header: the reason, for users. */
  public static final String REASON = "stf-batch-dlq-reason";

  /** Header: the size of the omitted value in bytes, if the message was too large with it. */
  public static final String OMITTED = "stf-batch-dlq-omitted-bytes";

  public DeadLetter {
    Objects.requireNonNull(record, "record is null");
    Objects.requireNonNull(code, "code is null");
    Objects.requireNonNull(reason, "reason is null");
  }

  /**
   * Returns the record for the dead-letter topic: the message with its own headers first, then the
   * reason. If it is too large, it is published without its value; if it still is, also without its
   * key and its own headers. If it is too large even then, it is dropped with a warning, so that it
   * does not block the other messages.
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
