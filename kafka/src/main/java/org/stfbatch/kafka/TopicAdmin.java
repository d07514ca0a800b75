package org.stfbatch.kafka;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * Admin client: creates topics and reads offsets of topics and groups. Waits for a broker that is
 * unavailable. For one thread; only {@link #stop} may be called by others.
 */
public final class TopicAdmin implements AutoCloseable {

  private final StopLatch stop = new StopLatch();
  private final BrokerRetry retry;
  private final Admin admin;
  private final TopicLookup lookup;

  /**
   * @param listener receives broker outages
   */
  public TopicAdmin(KafkaSettings settings, BrokerListener listener) {
    this.retry = new BrokerRetry(new Problems(settings), new BrokerOutage(listener), stop);
    this.admin = new Clients(settings).admin();
    this.lookup = new TopicLookup(admin, settings, retry);
  }

  /**
   * Identity and offsets of a topic.
   *
   * @param identity of the topic
   * @param beginnings the first offset of each partition
   * @param ends the last stable offset of each partition, up to which committed messages can be
   *     read
   */
  public record TopicState(
      TopicIdentity identity, SortedMap<Integer, Long> beginnings, SortedMap<Integer, Long> ends) {

    public TopicState {
      beginnings = Collections.unmodifiableSortedMap(new TreeMap<>(beginnings));
      ends = Collections.unmodifiableSortedMap(new TreeMap<>(ends));
    }
  }

  /**
   * Creates a topic with the broker's default replication factor.
   *
   * @return false if a topic of that name exists already, which is not changed
   */
  public boolean create(String topic, int partitions) {
    return lookup.create(new NewTopic(topic, Optional.of(partitions), Optional.empty()));
  }

  /** Returns identity and offsets of a topic, if there is one of that name. */
  public Optional<TopicState> find(String topic) {
    return lookup
        .find(topic)
        .map(
            found -> {
              List<Integer> partitions = IntStream.range(0, found.partitions()).boxed().toList();
              return new TopicState(
                  found.identity(),
                  new TreeMap<>(lookup.beginnings(topic, partitions)),
                  new TreeMap<>(lookup.committedEnds(topic, partitions)));
            });
  }

  /** Returns the committed offsets of a group on a topic. */
  public SortedMap<Integer, Long> groupOffsets(String group, String topic) {
    Map<TopicPartition, OffsetAndMetadata> reported =
        retry.get(
            "group " + group,
            () ->
                admin
                    .listConsumerGroupOffsets(Map.of(group, new ListConsumerGroupOffsetsSpec()))
                    .partitionsToOffsetAndMetadata(group));
    SortedMap<Integer, Long> offsets = new TreeMap<>();
    reported.forEach(
        (partition, offset) -> {
          if (partition.topic().equals(topic)) {
            offsets.put(partition.partition(), offset.offset());
          }
        });
    return offsets;
  }

  /** Stops waiting for the broker, permanently. For any thread. */
  public void stop() {
    stop.stop();
  }

  @Override
  public void close() {
    admin.close(Duration.ZERO);
  }
}
