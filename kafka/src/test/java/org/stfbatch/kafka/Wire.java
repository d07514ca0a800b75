package org.stfbatch.kafka;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.stfbatch.kafka.message.MessageHeaders;

/** Test helper that acts as another program, with Kafka's own clients. */
final class Wire {

  private Wire() {}

  /** Returns settings of an address without a broker, with short timeouts. */
  static KafkaSettings nowhere() {
    return KafkaSettings.of(
        "127.0.0.1:9",
        Map.of(
            "default.api.timeout.ms", "500", "request.timeout.ms", "400", "max.block.ms", "500"));
  }

  static KafkaProducer<byte[], byte[]> producer(KafkaSettings settings, Map<String, String> more) {
    Properties properties = new Properties();
    properties.putAll(settings.properties());
    properties.put("bootstrap.servers", settings.bootstrapServers());
    properties.put("max.request.size", "40000000");
    properties.putAll(more);
    return new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
  }

  static KafkaProducer<byte[], byte[]> transactional(KafkaSettings settings, String id) {
    KafkaProducer<byte[], byte[]> producer =
        producer(settings, Map.of("transactional.id", id, "transaction.timeout.ms", "900000"));
    producer.initTransactions();
    return producer;
  }

  static ProducerRecord<byte[], byte[]> record(String topic, int partition, String value) {
    return new ProducerRecord<>(topic, partition, null, bytes(value));
  }

  /**
   * Sends the numbers from {@code from} (inclusive) to {@code to} (exclusive), round robin over the
   * partitions.
   */
  static void send(KafkaSettings settings, String topic, int partitions, int from, int to) {
    try (KafkaProducer<byte[], byte[]> producer = producer(settings, Map.of())) {
      IntStream.range(from, to)
          .forEach(i -> producer.send(record(topic, i % partitions, Integer.toString(i))));
    }
  }

  static Admin admin(KafkaSettings settings) {
    Map<String, Object> properties = new HashMap<>(settings.properties());
    properties.put("bootstrap.servers", settings.bootstrapServers());
    return Admin.create(properties);
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static String text(TopicRecord record) {
    return new String(record.value(), StandardCharsets.UTF_8);
  }

  /** Returns all committed messages, after all open transactions on the topic have ended. */
  static List<TopicRecord> readAll(KafkaSettings settings, String topic) {
    awaitEndOfTransactions(settings, topic);
    try (TopicReader reader = reader(settings, TopicRequest.of(topic, ReadBound.untilEnd()))) {
      reader.open();
      return readToEnd(reader);
    }
  }

  /** Deletes a topic and waits until the broker no longer shows it, a moment after its answer. */
  static void deleteTopic(KafkaSettings settings, String topic) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    try (Admin admin = admin(settings)) {
      get(admin.deleteTopics(List.of(topic)).all());
      while (get(admin.listTopics().names()).contains(topic)) {
        if (System.nanoTime() > deadline) {
          throw new IllegalStateException("topic " + topic + " is not deleted");
        }
      }
    }
  }

  /**
   * Waits for the open transactions. The broker aborts those of killed publishers after the
   * transaction timeout of one minute.
   */
  private static void awaitEndOfTransactions(KafkaSettings settings, String topic) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
    try (Admin admin = admin(settings)) {
      int partitions =
          get(admin.describeTopics(List.of(topic)).allTopicNames()).get(topic).partitions().size();
      Map<TopicPartition, OffsetSpec> latest =
          IntStream.range(0, partitions)
              .boxed()
              .collect(
                  Collectors.toMap(p -> new TopicPartition(topic, p), p -> OffsetSpec.latest()));
      Map<TopicPartition, Long> all = offsets(admin, latest, IsolationLevel.READ_UNCOMMITTED);
      while (!reach(offsets(admin, latest, IsolationLevel.READ_COMMITTED), all)) {
        if (System.nanoTime() > deadline) {
          throw new IllegalStateException("a transaction on topic " + topic + " does not end");
        }
      }
    }
  }

  /**
   * Returns whether the committed ends have reached the earlier ends. Transaction markers may move
   * them further.
   */
  private static boolean reach(Map<TopicPartition, Long> committed, Map<TopicPartition, Long> all) {
    return all.entrySet().stream().allMatch(end -> committed.get(end.getKey()) >= end.getValue());
  }

  private static Map<TopicPartition, Long> offsets(
      Admin admin, Map<TopicPartition, OffsetSpec> specs, IsolationLevel isolation) {
    return get(admin.listOffsets(specs, new ListOffsetsOptions(isolation)).all())
        .entrySet()
        .stream()
        .collect(Collectors.toMap(Map.Entry::getKey, e -> e.getValue().offset()));
  }

  private static <T> T get(KafkaFuture<T> future) {
    return future.toCompletionStage().toCompletableFuture().join();
  }

  static TopicReader reader(KafkaSettings settings, TopicRequest request) {
    return new TopicReader(settings, request, BrokerListener.logging());
  }

  static List<TopicRecord> readToEnd(TopicReader reader) {
    List<TopicRecord> records = new ArrayList<>();
    while (!reader.ended()) {
      records.addAll(reader.poll(Duration.ofSeconds(1)).records());
    }
    return records;
  }

  /** Returns the numbers from {@code from} (inclusive) to {@code to} (exclusive). */
  static List<String> numbers(int from, int to) {
    return IntStream.range(from, to).mapToObj(Integer::toString).toList();
  }

  /** Returns the same numbers as messages, each with its number as key. */
  static List<OutgoingRecord> numberRecords(int from, int to) {
    return numbers(from, to).stream()
        .map(number -> OutgoingRecord.of(number, bytes(number), MessageHeaders.NONE))
        .toList();
  }

  static List<String> texts(List<TopicRecord> records) {
    return records.stream().map(Wire::text).toList();
  }
}
