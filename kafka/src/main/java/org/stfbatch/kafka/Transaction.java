package org.stfbatch.kafka;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RecordTooLargeException;

/** One attempt to send messages and a position together. Learns which messages are too large. */
final class Transaction {

  private static final int LARGE = Clients.BYTES_A_PRODUCER_BATCH / 2;

  private final String topic;
  private final String positionTopic;
  private final String name;

  /** By index; filled by the producer's thread. */
  private final Map<Integer, Boolean> tooLarge = new ConcurrentHashMap<>();

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
    return !tooLarge.isEmpty();
  }

  /**
   * The messages with those that were too large replaced by smaller ones.
   *
   * @throws BrokerException if there is no smaller one
   */
  List<OutgoingRecord> withoutTooLarge(List<OutgoingRecord> records) {
    List<OutgoingRecord> fitting = new ArrayList<>(records);
    tooLarge.keySet().forEach(index -> fitting.set(index, smaller(records.get(index))));
    return fitting;
  }

  private static boolean isLarge(OutgoingRecord record) {
    return record.value() != null && record.value().length >= LARGE;
  }

  private void takeError(int index, Exception error) {
    if (error instanceof RecordTooLargeException) {
      tooLarge.put(index, true);
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
