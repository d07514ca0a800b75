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
 * Makes topics and tells where they and their groups stand. A broker that is away is waited for.
 * For one thread; only {@link #stop} may be called by others.
 */
public final class TopicAdmin implements AutoCloseable {

  private final StopLatch stop = new StopLatch();
  private final BrokerRetry retry;
  private final Admin admin;
  private final TopicLookup lookup;

  /**
   * @param listener is told when the broker is away
   */
  public TopicAdmin(KafkaSettings settings, BrokerListener listener) {
    this.retry = new BrokerRetry(new Problems(settings), new BrokerOutage(listener), stop);
    this.admin = new Clients(settings).admin();
    this.lookup = new TopicLookup(admin, settings, retry);
  }

  /**
   * Where a topic stands.
   *
   * @param identity which one it is
   * @param beginnings the first offset of each partition
   * @param ends up to where a reader of committed messages gets
   */
  public record TopicState(
      TopicIdentity identity, SortedMap<Integer, Long> beginnings, SortedMap<Integer, Long> ends) {

    public TopicState {
      beginnings = Collections.unmodifiableSortedMap(new TreeMap<>(beginnings));
      ends = Collections.unmodifiableSortedMap(new TreeMap<>(ends));
    }
  }

  /**
   * Makes a topic with the broker's default of copies.
   *
   * @return false if there is one of that name already; then it is left as it is
   */
  public boolean create(String topic, int partitions) {
    return lookup.create(new NewTopic(topic, Optional.of(partitions), Optional.empty()));
  }

  /** Where a topic stands, if there is one of that name. */
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

  /** The next offsets that were reported for a group on a topic. */
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

  /** Ends waiting for the broker soon and for good. For any thread. */
  public void stop() {
    stop.stop();
  }

  @Override
  public void close() {
    admin.close(Duration.ZERO);
  }
}
