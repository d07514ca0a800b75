package org.stfbatch.kafka;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reader of a topic's committed messages from given offsets to an end condition, each message once
 * and in the order of its partition.
 *
 * <p>It does not join a consumer group: it reads all partitions, there is no rebalancing, and the
 * caller stores the offsets. It waits for a broker that is unavailable, in {@link #open} as well as
 * later, and reports the outage to the listener. Values are returned as bytes, so that an invalid
 * message cannot stop the reader.
 *
 * <p>For one thread; only {@link #stop} may be called by others.
 */
public final class TopicReader implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(TopicReader.class);

  /** The longest poll, and so the interval between two checks of the watch. */
  private static final Duration POLL_SLICE = Duration.ofMillis(200);

  private static final Duration WATCH_INTERVAL = Duration.ofSeconds(1);

  /** More than one, because the metadata of a broker that has just started may be incomplete. */
  private static final int ABSENCES_BEFORE_DELETED = 3;

  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(2);

  private final TopicRequest request;
  private final StopLatch stop = new StopLatch();
  private final Problems problems;
  private final BrokerListener listener;
  private final BrokerOutage outage;
  private final BrokerRetry retry;
  private final Admin admin;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final TopicLookup lookup;
  private final TopicWatch watch;
  private final LagReport lag;

  private final SortedMap<Integer, Long> positions = new TreeMap<>();
  private Map<Integer, Long> ends = Map.of();
  private TopicIdentity identity;
  private int partitions;
  private int absences;
  private long lastProgress;
  private long lastSeen;

  /**
   * Does not connect yet.
   *
   * @param listener receives broker outages
   * @throws BrokerException if the settings cannot be used
   */
  public TopicReader(KafkaSettings settings, TopicRequest request, BrokerListener listener) {
    Clients clients = new Clients(settings);
    this.request = request;
    this.problems = new Problems(settings);
    this.listener = listener;
    this.outage = new BrokerOutage(listener);
    this.retry = new BrokerRetry(problems, outage, stop);
    this.admin = clients.admin();
    this.consumer = consumerOrCloseAdmin(clients);
    this.lookup = new TopicLookup(admin, settings, retry);
    this.watch = new TopicWatch(admin, request.topic(), WATCH_INTERVAL);
    this.lag = new LagReport(admin, request.topic());
  }

  private KafkaConsumer<byte[], byte[]> consumerOrCloseAdmin(Clients clients) {
    try {
      return clients.consumer(request.maxRecords());
    } catch (BrokerException e) {
      admin.close(Duration.ZERO);
      throw e;
    }
  }

  /**
   * Finds the topic and seeks to the start offsets. With the bound {@link ReadBound.UntilEnd},
   * reads the current end offsets, at which reading will end.
   *
   * @return the identity of the topic
   * @throws TopicNotFoundException if there is no such topic, except with {@link ReadBound.Follow},
   *     which waits for it
   * @throws TopicReplacedException if it is not the topic that the offsets belong to
   * @throws OffsetGapException if messages after the start offsets were deleted
   * @throws StoppedException if stopped before the broker answered
   * @throws BrokerException if the cluster refuses
   */
  public TopicIdentity open() {
    TopicLookup.Found found = findTopic();
    identity = found.identity();
    partitions = found.partitions();
    requireKnownTopic();
    assignAll();
    goToStart();
    if (request.bound() instanceof ReadBound.UntilEnd) {
      ends = lookup.committedEnds(request.topic(), allPartitions());
      pauseEnded(allPartitions());
    }
    lastProgress = System.nanoTime();
    lastSeen = lastProgress;
    return identity;
  }

  /**
   * Returns the next messages.
   *
   * @param limit how long to wait for one
   * @return a batch without records if none arrived in time, if reading has ended, or if stopped
   * @throws OffsetGapException if the next messages were deleted
   * @throws TopicReplacedException if the topic was deleted, truncated or created again
   * @throws BrokerException if the cluster refuses
   */
  public TopicBatch poll(Duration limit) {
    long deadline = System.nanoTime() + limit.toNanos();
    while (!ended()) {
      watch.poll().ifPresent(this::take);
      long left = Math.max(0, deadline - System.nanoTime());
      List<TopicRecord> records =
          take(fetch(Duration.ofNanos(Math.min(left, POLL_SLICE.toNanos()))));
      if (!records.isEmpty() || System.nanoTime() - deadline >= 0) {
        return new TopicBatch(records, positions);
      }
    }
    return new TopicBatch(List.of(), positions);
  }

  /**
   * Returns whether there will be no more messages: the bound is reached, or the reader is stopped.
   */
  public boolean ended() {
    return stop.isStopped() || boundReached();
  }

  /** Returns whether {@link #stop} was called. */
  public boolean stopped() {
    return stop.isStopped();
  }

  /** Returns the next offset of every partition whose position is known. */
  public SortedMap<Integer, Long> positions() {
    return Collections.unmodifiableSortedMap(new TreeMap<>(positions));
  }

  /**
   * Commits offsets for a consumer group, only for tools that show its lag. Asynchronous; an error
   * is logged and has no other effect, because this program never reads these offsets.
   *
   * @param offsets the next offset by partition
   */
  public void commitForLagTools(String group, Map<Integer, Long> offsets) {
    lag.report(group, offsets);
  }

  /** Ends {@link #open} and {@link #poll}, permanently. For any thread. */
  public void stop() {
    stop.stop();
    consumer.wakeup();
  }

  @Override
  public void close() {
    lag.flush(CLOSE_LIMIT);
    consumer.close(CloseOptions.timeout(Duration.ZERO));
    admin.close(Duration.ZERO);
  }

  private TopicLookup.Found findTopic() {
    if (!(request.bound() instanceof ReadBound.Follow)) {
      return lookup.require(request.topic());
    }
    Optional<TopicLookup.Found> found = lookup.find(request.topic());
    return found.orElseGet(this::awaitTopic);
  }

  private TopicLookup.Found awaitTopic() {
    long since = System.nanoTime();
    listener.missing(request.topic());
    Optional<TopicLookup.Found> found = Optional.empty();
    while (found.isEmpty()) {
      retry.pause("topic " + request.topic());
      found = lookup.find(request.topic());
    }
    listener.appeared(request.topic(), Duration.ofNanos(System.nanoTime() - since));
    return found.get();
  }

  private void requireKnownTopic() {
    request
        .known()
        .filter(known -> !known.equals(identity))
        .ifPresent(
            known -> {
              throw TopicReplacedException.whileReading(
                  request.topic(),
                  known.clusterId().equals(identity.clusterId())
                      ? "it was deleted and created again"
                      : "it is on another cluster");
            });
    for (int partition : request.startOffsets().keySet()) {
      if (partition >= partitions) {
        throw TopicReplacedException.whileReading(
            request.topic(), "it has no partition " + partition + " any more");
      }
    }
  }

  private List<Integer> allPartitions() {
    return IntStream.range(0, partitions).boxed().toList();
  }

  private TopicPartition partition(int number) {
    return new TopicPartition(request.topic(), number);
  }

  private void assignAll() {
    consumer.assign(allPartitions().stream().map(this::partition).toList());
  }

  private void goToStart() {
    Map<Integer, Long> beginnings = lookup.beginnings(request.topic(), allPartitions());
    Map<Integer, Long> wanted = new HashMap<>(beginnings);
    wanted.putAll(request.startOffsets());
    goTo(wanted, beginnings);
  }

  /** Seeks to the wanted offsets and checks that the topic has them. */
  private void goTo(Map<Integer, Long> wanted, Map<Integer, Long> beginnings) {
    Map<Integer, Long> last = lookup.ends(request.topic(), wanted.keySet());
    wanted.forEach(
        (partition, offset) -> {
          requireBelowEnd(partition, offset, last.get(partition));
          long start = requireOrAcceptGap(partition, offset, beginnings.get(partition));
          consumer.seek(partition(partition), start);
          positions.put(partition, start);
        });
  }

  private void requireBelowEnd(int partition, long offset, long end) {
    if (offset > end) {
      throw TopicReplacedException.whileReading(
          request.topic(),
          "partition " + partition + " ends at offset " + end + ", but " + offset + " is next");
    }
  }

  private long requireOrAcceptGap(int partition, long offset, long beginning) {
    if (offset >= beginning) {
      return offset;
    }
    OffsetGapException gap = new OffsetGapException(request.topic(), partition, offset, beginning);
    if (!request.acceptsGaps()) {
      throw gap;
    }
    LOG.warn("Continuing after lost messages: {}", gap.getMessage());
    return beginning;
  }

  private ConsumerRecords<byte[], byte[]> fetch(Duration limit) {
    try {
      return consumer.poll(limit);
    } catch (WakeupException e) {
      // Only stop() causes this; the caller checks for it.
      return ConsumerRecords.empty();
    } catch (OffsetOutOfRangeException e) {
      recover(e.offsetOutOfRangePartitions());
      return ConsumerRecords.empty();
    } catch (KafkaException e) {
      throw problems.toBrokerException(e);
    }
  }

  /** Handles offsets out of range: messages were deleted, or the topic was truncated. */
  private void recover(Map<TopicPartition, Long> outOfRange) {
    Map<Integer, Long> wanted = new HashMap<>();
    outOfRange.forEach((partition, offset) -> wanted.put(partition.partition(), offset));
    try {
      goTo(wanted, lookup.beginnings(request.topic(), wanted.keySet()));
    } catch (StoppedException e) {
      LOG.debug("Stopped while looking for the offsets that are left", e);
    }
  }

  private List<TopicRecord> take(ConsumerRecords<byte[], byte[]> fetched) {
    if (fetched.nextOffsets().isEmpty()) {
      return List.of();
    }
    outage.end();
    lastProgress = System.nanoTime();
    List<TopicRecord> records = new ArrayList<>(fetched.count());
    for (ConsumerRecord<byte[], byte[]> record : fetched) {
      if (record.offset() < end(record.partition())) {
        records.add(Records.read(record));
      }
    }
    fetched
        .nextOffsets()
        .forEach(
            (partition, next) ->
                positions.put(
                    partition.partition(), Math.min(next.offset(), end(partition.partition()))));
    pauseEnded(fetched.nextOffsets().keySet().stream().map(TopicPartition::partition).toList());
    return records;
  }

  private long end(int partition) {
    return ends.getOrDefault(partition, Long.MAX_VALUE);
  }

  /** Pauses partitions that have reached their end, to avoid useless fetches. */
  private void pauseEnded(Collection<Integer> candidates) {
    consumer.pause(
        candidates.stream()
            .filter(partition -> positions.getOrDefault(partition, 0L) >= end(partition))
            .map(this::partition)
            .toList());
  }

  private boolean boundReached() {
    if (request.bound() instanceof ReadBound.UntilEnd) {
      return ends.entrySet().stream()
          .allMatch(end -> positions.get(end.getKey()) >= end.getValue());
    }
    // Idle time ends at the last answer of the broker, so that outages do not count.
    return request.bound() instanceof ReadBound.Idle idle
        && lastSeen - lastProgress > idle.limit().toNanos();
  }

  private void take(TopicWatch.Observation observation) {
    if (observation instanceof TopicWatch.Observation.Present present) {
      takePresent(present);
    } else if (observation instanceof TopicWatch.Observation.NoAnswer) {
      outage.begin(problems.outageMessage());
    } else if (observation instanceof TopicWatch.Observation.Refusal refusal) {
      throw problems.toBrokerException(refusal.error());
    } else if (++absences >= ABSENCES_BEFORE_DELETED) {
      throw TopicReplacedException.whileReading(request.topic(), "it was deleted");
    }
  }

  private void takePresent(TopicWatch.Observation.Present present) {
    absences = 0;
    lastSeen = present.askedAt();
    if (outage.isActive()) {
      lastProgress = System.nanoTime();
      outage.end();
    }
    if (!present.topicId().equals(identity.topicId())) {
      throw TopicReplacedException.whileReading(
          request.topic(), "it was deleted and created again");
    }
    boolean grows = present.partitions() > partitions;
    if (grows && !(request.bound() instanceof ReadBound.UntilEnd)) {
      growTo(present.partitions());
    }
  }

  private void growTo(int count) {
    LOG.info("Topic {} has {} partitions now; reading the new ones, too", request.topic(), count);
    List<TopicPartition> added =
        IntStream.range(partitions, count).mapToObj(this::partition).toList();
    partitions = count;
    assignAll();
    consumer.seekToBeginning(added);
  }
}
