package org.stfbatch.job.intake;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.stfbatch.db.NewImageJob;
import org.stfbatch.kafka.DeadLetter;
import org.stfbatch.kafka.TopicIdentity;
import org.stfbatch.kafka.TopicRecord;

/**
 * Collects messages until there are enough for a commit. Bounded by count and size, because a
 * message may hold a whole image.
 */
final class BatchBuilder {
  private static final long MAX_BYTES = 8L << 20;

  private final TopicIdentity topic;
  private final MessageFeed.Session session;
  private final int chunk;
  private final SortedMap<Long, List<NewImageJob>> jobs = new TreeMap<>();
  private final List<DeadLetter> unusable = new ArrayList<>();
  private final Map<Integer, Long> positions;
  private int count;
  private long bytes;

  /**
   * @param begun the next offset of each partition before the first message
   */
  BatchBuilder(
      TopicIdentity topic, MessageFeed.Session session, int chunk, Map<Integer, Long> begun) {
    this.topic = topic;
    this.session = session;
    this.chunk = chunk;
    this.positions = new HashMap<>(begun);
  }

  /** Adds the next message of a partition. */
  void add(TopicRecord record) {
    JobMessages.Read read = session.parser().read(record);
    jobs.computeIfAbsent(read.runId(), run -> new ArrayList<>()).add(read.job());
    read.deadLetter().ifPresent(unusable::add);
    positions.put(record.partition(), record.nextOffset());
    count++;
    bytes += record.value() == null ? 0 : record.value().length;
  }

  /**
   * Advances the offsets after a poll whose messages were all added: transaction markers have
   * offsets, too.
   */
  void moveTo(Map<Integer, Long> next) {
    positions.putAll(next);
  }

  boolean isFull() {
    return count >= chunk || bytes >= MAX_BYTES;
  }

  boolean isEmpty() {
    return count == 0;
  }

  /** Returns whether a commit would change nothing. */
  boolean isIdle(Map<Integer, Long> before) {
    return count == 0 && before.entrySet().containsAll(positions.entrySet());
  }

  MessageBatch build() {
    return new MessageBatch(topic, session.begunAt(), count, jobs, unusable, bytes, positions);
  }
}
