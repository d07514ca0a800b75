package org.stfbatch.kafka;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RecordTooLargeException;

/** One attempt to send messages and a position together. Learns which messages are too large. */
final class Transaction {

  private static final int NONE = -1;
  private static final int LARGE = Clients.BYTES_A_PRODUCER_BATCH / 2;

  private final String topic;
  private final String positionTopic;
  private final String name;

  /**
   * The index of the message that was refused first; set by the producer's thread. The producer
   * then gives the same reason for messages that it did not even try to send.
   */
  private final AtomicInteger tooLarge = new AtomicInteger(NONE);

  Transaction(String topic, String positionTopic, String name) {
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
      if (isLarge(record)) {
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
   * @throws BrokerException if there is no smaller one
   */
  List<OutgoingRecord> withoutTooLarge(List<OutgoingRecord> records) {
    long limit = records.get(tooLarge.get()).size();
    return records.stream().map(r -> r.size() < limit ? r : smaller(r)).toList();
  }

  private static boolean isLarge(OutgoingRecord record) {
    return record.size() >= LARGE;
  }

  private void takeError(int index, Exception error) {
    if (error instanceof RecordTooLargeException) {
      tooLarge.compareAndSet(NONE, index);
    }
  }

  private OutgoingRecord smaller(OutgoingRecord record) {
    return record
        .smaller()
        .orElseThrow(
            () ->
                new BrokerException(
                    "the message "
                        + record
                        + " is too large for topic "
                        + topic
                        + "; raise the topic's max.message.bytes"));
  }
}
