package org.stfbatch.kafka;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Factory of Kafka's clients. Settings that exactly-once delivery depends on override the user's
 * settings.
 */
final class Clients {

  private static final int BYTES_PER_FETCH = 32 << 20;
  private static final int BYTES_PER_PARTITION = 4 << 20;

  /** Batch size of a producer, unless the topic's limit is lower. */
  static final int PRODUCER_BATCH_BYTES = 64 << 10;

  /**
   * Above any usual broker limit, so that the broker's answer identifies messages that are too
   * large.
   */
  private static final int LARGEST_REQUEST = 64 << 20;

  private final KafkaSettings settings;
  private final Problems problems;

  Clients(KafkaSettings settings) {
    this.settings = settings;
    this.problems = new Problems(settings);
  }

  Admin admin() {
    Map<String, Object> properties = new HashMap<>();
    properties.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, "3000");
    properties.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, "3000");
    return create(withUserSettings(properties), Admin::create);
  }

  /**
   * Returns a consumer of committed messages without a consumer group; the caller assigns
   * partitions and offsets.
   */
  KafkaConsumer<byte[], byte[]> consumer(int maxRecords) {
    Map<String, Object> properties = new HashMap<>();
    properties.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, BYTES_PER_FETCH);
    properties.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, BYTES_PER_PARTITION);
    properties.put(ConsumerConfig.RECEIVE_BUFFER_CONFIG, "-1");
    properties = withUserSettings(properties);
    properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, maxRecords);
    properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
    properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
    properties.put(
        ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class.getName());
    properties.put(
        ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class.getName());
    return create(properties, KafkaConsumer::new);
  }

  /**
   * Returns a transactional, idempotent producer.
   *
   * @param batchBytes batch size
   */
  KafkaProducer<byte[], byte[]> producer(String transactionalId, int batchBytes) {
    Map<String, Object> properties = new HashMap<>();
    properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, "5000");
    properties.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, "10000");
    properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, "15000");
    properties.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, "60000");
    properties.put(ProducerConfig.LINGER_MS_CONFIG, "5");
    properties.put(ProducerConfig.BATCH_SIZE_CONFIG, batchBytes);
    properties.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, LARGEST_REQUEST);
    properties.put(ProducerConfig.BUFFER_MEMORY_CONFIG, LARGEST_REQUEST);
    properties = withUserSettings(properties);
    properties.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, transactionalId);
    properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "true");
    properties.put(ProducerConfig.ACKS_CONFIG, "all");
    properties.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class.getName());
    properties.put(
        ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class.getName());
    return create(properties, KafkaProducer::new);
  }

  private Map<String, Object> withUserSettings(Map<String, Object> defaults) {
    Map<String, Object> properties = new HashMap<>(defaults);
    properties.put(CommonClientConfigs.METRIC_REPORTER_CLASSES_CONFIG, "");
    properties.put(CommonClientConfigs.RECONNECT_BACKOFF_MAX_MS_CONFIG, "500");
    properties.putAll(settings.properties());
    properties.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, settings.bootstrapServers());
    return properties;
  }

  private <T> T create(Map<String, Object> properties, Function<Map<String, Object>, T> maker) {
    try {
      return maker.apply(properties);
    } catch (KafkaException e) {
      throw problems.toBrokerException(e);
    }
  }
}
