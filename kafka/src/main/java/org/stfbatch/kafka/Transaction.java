package org.stfbatch.kafka;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One attempt of a Kafka transaction of messages and a position. Records which message was too
 * large.
 */
final class Transaction {

  private static final int NONE = -1;
  private static final Logger LOG = LoggerFactory.getLogger(Transaction.class);

  private final String topic;
  private final String positionTopic;
  private final String name;
  private final MessageLimit limit;

  /**
   * Index of the first message that was refused as too large, set by the producer's thread. Only
   * the first one is meaningful: the producer reports the same error for messages that it did not
   * send.
   */
  private final AtomicInteger tooLarge = new AtomicInteger(NONE);

  Transaction(String topic, String positionTopic, String name, MessageLimit limit) {
    this.limit = limit;
    this.topic = topic;
    this.positionTopic = positionTopic;
    this.name = name;
  }

  /** Begins the transaction and sends all messages; does not commit. */
  void send(
      KafkaProducer<byte[], byte[]> producer, List<OutgoingRecord> records, PositionRecord next) {
    producer.beginTransaction();
    for (int i = 0; i < records.size(); i++) {
      int index = i;
      OutgoingRecord record = records.get(i);
      producer.send(Records.toSend(topic, record), (sent, error) -> takeError(index, error));
      if (limit.fillsHalfABatch(record)) {
        // A large message gets a batch of its own. If the broker refused a batch of it and another
        // message as too large, the producer would split it into the same batches forever.
        producer.flush();
      }
    }
    producer.send(
        new ProducerRecord<>(positionTopic, name.getBytes(StandardCharsets.UTF_8), next.toJson()));
  }

  /** Returns whether the broker or the producer has refused a message as too large. */
  boolean hasTooLarge() {
    return tooLarge.get() != NONE;
  }

  /**
   * Returns the messages, with fallbacks for the refused one and for all that are at least as
   * large.
   *
   * @throws BrokerException if a message has no fallback
   */
  List<OutgoingRecord> withoutTooLarge(List<OutgoingRecord> records) {
    return below(records.get(tooLarge.get()).size(), records, topic);
  }

  /**
   * Returns the messages, with fallbacks for those that are not below a size.
   *
   * @throws BrokerException if a message has no fallback
   */
  static List<OutgoingRecord> below(long size, List<OutgoingRecord> records, String topic) {
    return records.stream().flatMap(record -> below(size, record, topic).stream()).toList();
  }

  private static Optional<OutgoingRecord> below(long size, OutgoingRecord record, String topic) {
    OutgoingRecord candidate = record;
    while (candidate.size() >= size) {
      if (candidate.otherwise() instanceof OutgoingRecord.Otherwise.Smaller smaller) {
        candidate = smaller.record().get();
      } else if (candidate.otherwise() instanceof OutgoingRecord.Otherwise.LeaveOut) {
        LOG.warn(
            "{} is left out: even shortened it is too large for topic {}; raise the topic's"
                + " max.message.bytes",
            record,
            topic);
        return Optional.empty();
      } else {
        throw new BrokerException(
            "the message "
                + record
                + " is too large for topic "
                + topic
                + "; raise the topic's max.message.bytes");
      }
    }
    return Optional.of(candidate);
  }

  private void takeError(int index, Exception error) {
    if (error instanceof RecordTooLargeException) {
      tooLarge.compareAndSet(NONE, index);
    }
  }
}
