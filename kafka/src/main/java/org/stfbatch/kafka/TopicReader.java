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
 * Reads the committed messages of a topic from given offsets to a given end, each once and in the
 * order of its partition.
 *
 * <p>It is in no consumer group: all partitions are its own, nothing is ever rebalanced, and where
 * it goes on is what its caller says. A broker that is away is waited for, at {@link #open} as well
 * as later, and reported to the listener. Values are handed out as bytes, so that no message can
 * stop the reading.
 *
 * <p>For one thread; only {@link #stop} may be called by others.
 */
public final class TopicReader implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(TopicReader.class);

  /** Between two looks at the watch while no message comes. */
  private static final Duration SLICE = Duration.ofMillis(200);

  private static final Duration WATCH_INTERVAL = Duration.ofSeconds(1);

  /** A broker that has just come up may not know all topics at once. */
  private static final int ABSENCES_TO_BELIEVE = 3;

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
   * Connects to nothing yet.
   *
   * @param listener is told when the broker is away
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
   * Finds the topic and goes to the start offsets. With a bound {@link ReadBound.UntilEnd}, the
   * ends of now are the ends of the reading.
   *
   * @return the topic that is read
   * @throws TopicNotFoundException if there is no such topic, except with {@link ReadBound.Follow},
   *     which waits for it
   * @throws TopicReplacedException if it is not the topic that the offsets belong to
   * @throws OffsetGapException if messages from the start offsets on are gone
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
   * The next messages.
   *
   * @param limit how long to wait for one
   * @return a batch without records if none came in time, if reading has ended, or if stopped
   * @throws OffsetGapException if messages that were to be read next are gone
   * @throws TopicReplacedException if the topic was deleted, cut off or created again
   * @throws BrokerException if the cluster refuses
   */
  public TopicBatch poll(Duration limit) {
    long deadline = System.nanoTime() + limit.toNanos();
    while (!ended()) {
      watch.look().ifPresent(this::take);
      long left = Math.max(0, deadline - System.nanoTime());
      List<TopicRecord> records = take(fetch(Duration.ofNanos(Math.min(left, SLICE.toNanos()))));
      if (!records.isEmpty() || System.nanoTime() - deadline >= 0) {
        return new TopicBatch(records, positions);
      }
    }
    return new TopicBatch(List.of(), positions);
  }

  /** Whether nothing more will come: the bound is reached, or the reader is stopped. */
  public boolean ended() {
    return stop.isStopped() || boundReached();
  }

  /** Whether {@link #stop} was called. */
  public boolean stopped() {
    return stop.isStopped();
  }

  /** The offset to read next of every partition whose position is known. */
  public SortedMap<Integer, Long> positions() {
    return Collections.unmodifiableSortedMap(new TreeMap<>(positions));
  }

  /**
   * Tells the broker how far a group has come, for tools that show its lag. Returns at once; an
   * error is logged and changes nothing, because these offsets are never read.
   *
   * @param offsets the next offset by partition
   */
  public void commitForLagTools(String group, Map<Integer, Long> offsets) {
    lag.report(group, offsets);
  }

  /** Ends {@link #open} and {@link #poll} soon and for good. For any thread. */
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

  /** Goes to the wanted offsets, if the topic has them. */
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
    LOG.warn("The loss is accepted: {}", gap.getMessage());
    return beginning;
  }

  private ConsumerRecords<byte[], byte[]> fetch(Duration limit) {
    try {
      return consumer.poll(limit);
    } catch (WakeupException e) {
      // Only a stop wakes it, and the caller looks for that.
      return ConsumerRecords.empty();
    } catch (OffsetOutOfRangeException e) {
      recover(e.offsetOutOfRangePartitions());
      return ConsumerRecords.empty();
    } catch (KafkaException e) {
      throw problems.lasting(e);
    }
  }

  /**
   * Finds out whether the start of the topic has overtaken the reader, or its end has moved back.
   */
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

  /** Messages beyond the end need not be fetched. */
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
    // Only a broker that was there all the while had nothing to give.
    return request.bound() instanceof ReadBound.Idle idle
        && lastSeen - lastProgress > idle.limit().toNanos();
  }

  private void take(TopicWatch.Sighting sighting) {
    if (sighting instanceof TopicWatch.Sighting.Present present) {
      takePresent(present);
    } else if (sighting instanceof TopicWatch.Sighting.Silence) {
      outage.begin(problems.silence());
    } else if (sighting instanceof TopicWatch.Sighting.Refusal refusal) {
      throw problems.lasting(refusal.error());
    } else if (++absences >= ABSENCES_TO_BELIEVE) {
      throw TopicReplacedException.whileReading(request.topic(), "it was deleted");
    }
  }

  private void takePresent(TopicWatch.Sighting.Present present) {
    absences = 0;
    lastSeen = present.askedAt();
    if (outage.isUnderway()) {
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
