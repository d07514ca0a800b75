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

/** One attempt to send messages and a position together. Learns which messages are too large. */
final class Transaction {

  private static final int NONE = -1;
  private static final Logger LOG = LoggerFactory.getLogger(Transaction.class);

  private final String topic;
  private final String positionTopic;
  private final String name;
  private final MessageLimit limit;

  /**
   * The index of the message that was refused first; set by the producer's thread. The producer
   * then gives the same reason for messages that it did not even try to send.
   */
  private final AtomicInteger tooLarge = new AtomicInteger(NONE);

  Transaction(String topic, String positionTopic, String name, MessageLimit limit) {
    this.limit = limit;
    this.topic = topic;
    this.positionTopic = positionTopic;
    this.name = name;
  }

  /** Begins the transaction and hands everything to the producer; does not commit. */
  void send(
      KafkaProducer<byte[], byte[]> producer, List<OutgoingRecord> records, PositionRecord next) {
    producer.beginTransaction();
    for (int i = 0; i < records.size(); i++) {
      int index = i;
      OutgoingRecord record = records.get(i);
      producer.send(Records.toSend(topic, record), (sent, error) -> takeError(index, error));
      if (limit.fillsHalfABatch(record)) {
        // Were another message put into its batch, and the batch refused as too large, the producer
        // would split it into the same batch again and again.
        producer.flush();
      }
    }
    producer.send(
        new ProducerRecord<>(positionTopic, name.getBytes(StandardCharsets.UTF_8), next.toJson()));
  }

  /** Whether the broker, or the producer, has refused a message as too large. */
  boolean hasTooLarge() {
    return tooLarge.get() != NONE;
  }

  /**
   * The messages, with a smaller one in place of the refused one and of each that is as large.
   *
   * @throws BrokerException if one has nothing to take its place
   */
  List<OutgoingRecord> withoutTooLarge(List<OutgoingRecord> records) {
    return below(records.get(tooLarge.get()).size(), records, topic);
  }

  /**
   * The messages, with smaller ones in place of those that are not below a size.
   *
   * @throws BrokerException if one has nothing to take its place
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
