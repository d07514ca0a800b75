package org.stfbatch.kafka;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;

/**
 * Compacted topic that holds the positions of the publishers to a data topic, keyed by publisher
 * name.
 */
final class PositionTopic {

  private static final String SUFFIX = ".stf-batch-positions";
  private static final String SEGMENT_BYTES = Integer.toString(16 << 20);
  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration BLOCKED_READ_WARNING = Duration.ofSeconds(2);
  private static final int PARTITION = 0;
  private static final int MAX_RECORDS = 5000;

  private final String dataTopic;
  private final Clients clients;
  private final Admin admin;
  private final TopicLookup lookup;
  private final BrokerRetry retry;
  private final BrokerOutage outage;
  private final StopLatch stop;

  PositionTopic(
      String dataTopic,
      Clients clients,
      Admin admin,
      TopicLookup lookup,
      BrokerRetry retry,
      BrokerOutage outage,
      StopLatch stop) {
    this.dataTopic = dataTopic;
    this.clients = clients;
    this.admin = admin;
    this.lookup = lookup;
    this.retry = retry;
    this.outage = outage;
    this.stop = stop;
  }

  String name() {
    return dataTopic + SUFFIX;
  }

  /** Creates the topic if there is none, with as many replicas as the data topic. */
  void ensure(int replicas) {
    if (lookup.find(name()).isEmpty()) {
      create(replicas);
    }
    requireCompaction();
  }

  /** Returns the last position of a publisher that is committed and visible now. */
  Optional<PositionRecord> committed(String key) {
    return readTo(lookup.committedEnds(name(), List.of(PARTITION)).get(PARTITION), key);
  }

  /**
   * Returns the last committed position of a publisher after all transactions that are open now
   * have ended. An open transaction hides even committed positions after it.
   */
  Optional<PositionRecord> settled(String key) {
    return readTo(lookup.ends(name(), List.of(PARTITION)).get(PARTITION), key);
  }

  private void create(int replicas) {
    NewTopic topic =
        new NewTopic(name(), 1, (short) replicas)
            .configs(
                Map.of(
                    TopicConfig.CLEANUP_POLICY_CONFIG,
                    TopicConfig.CLEANUP_POLICY_COMPACT,
                    TopicConfig.SEGMENT_BYTES_CONFIG,
                    SEGMENT_BYTES));
    lookup.create(topic);
  }

  /**
   * With another cleanup policy, positions would be deleted, and all messages would be published
   * again.
   */
  private void requireCompaction() {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, name());
    String policy =
        retry
            .get(
                "topic " + name(),
                () -> admin.describeConfigs(List.of(resource)).values().get(resource))
            .get(TopicConfig.CLEANUP_POLICY_CONFIG)
            .value();
    if (!policy.equals(TopicConfig.CLEANUP_POLICY_COMPACT)) {
      throw new BrokerException(
          "topic "
              + name()
              + " has cleanup.policy="
              + policy
              + ", which forgets positions; set it to compact");
    }
  }

  private Optional<PositionRecord> readTo(long end, String key) {
    TopicPartition partition = new TopicPartition(name(), PARTITION);
    KafkaConsumer<byte[], byte[]> consumer = clients.consumer(MAX_RECORDS);
    try {
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      return readTo(end, key.getBytes(StandardCharsets.UTF_8), consumer);
    } finally {
      consumer.close(CloseOptions.timeout(Duration.ZERO));
    }
  }

  private Optional<PositionRecord> readTo(
      long end, byte[] key, KafkaConsumer<byte[], byte[]> consumer) {
    Optional<PositionRecord> last = Optional.empty();
    long position = 0;
    long started = System.nanoTime();
    while (position < end) {
      requireNotStopped();
      var fetched = fetch(consumer);
      for (ConsumerRecord<byte[], byte[]> record : fetched) {
        if (Arrays.equals(key, record.key())) {
          last =
              Optional.ofNullable(record.value())
                  .map(v -> PositionRecord.parse(v, "topic " + name()));
        }
      }
      for (var next : fetched.nextOffsets().values()) {
        position = next.offset();
      }
      if (System.nanoTime() - started > BLOCKED_READ_WARNING.toNanos()) {
        outage.begin(
            "topic "
                + name()
                + " is blocked by an unavailable broker or an unfinished transaction, which Kafka's"
                + " kafka-transactions.sh find-hanging names; waiting");
      }
    }
    outage.end();
    return last;
  }

  private ConsumerRecords<byte[], byte[]> fetch(KafkaConsumer<byte[], byte[]> consumer) {
    try {
      return consumer.poll(POLL);
    } catch (KafkaException e) {
      retry.waitOrFail("topic " + name(), e);
      return ConsumerRecords.empty();
    }
  }

  private void requireNotStopped() {
    if (stop.isStopped()) {
      throw new StoppedException("topic " + name());
    }
  }
}
