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

/** Makes Kafka's clients. What exactly-once depends on wins over the user's settings. */
final class Clients {

  private static final int BYTES_A_FETCH = 32 << 20;
  private static final int BYTES_A_PARTITION = 4 << 20;

  /** Of a producer, unless the topic takes less. */
  static final int BYTES_A_PRODUCER_BATCH = 64 << 10;

  /** The broker's own limit decides, so that its answer tells what is too large. */
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
    return create(withUsers(properties), Admin::create);
  }

  /** Reads what is committed, from where it is told to. */
  KafkaConsumer<byte[], byte[]> consumer(int maxRecords) {
    Map<String, Object> properties = new HashMap<>();
    properties.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, BYTES_A_FETCH);
    properties.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, BYTES_A_PARTITION);
    properties.put(ConsumerConfig.RECEIVE_BUFFER_CONFIG, "-1");
    properties = withUsers(properties);
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
   * Writes in transactions.
   *
   * @param batchBytes what it collects before it sends
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
    properties = withUsers(properties);
    properties.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, transactionalId);
    properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "true");
    properties.put(ProducerConfig.ACKS_CONFIG, "all");
    properties.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class.getName());
    properties.put(
        ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class.getName());
    return create(properties, KafkaProducer::new);
  }

  private Map<String, Object> withUsers(Map<String, Object> defaults) {
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
      throw problems.lasting(e);
    }
  }
}
