package org.stfbatch.job.intake;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.stfbatch.db.NewImageJob;
import org.stfbatch.kafka.DeadLetter;
import org.stfbatch.kafka.TopicBatch;
import org.stfbatch.kafka.TopicIdentity;
import org.stfbatch.kafka.TopicRecord;

/**
 * Collects what is read until it is enough for a commit. Bounded by count and by size: a message
 * may hold a whole image.
 */
final class BatchBuilder {
  private static final long MAX_BYTES = 8L << 20;

  private final TopicIdentity topic;
  private final MessageFeed.Session session;
  private final int chunk;
  private final SortedMap<Long, List<NewImageJob>> jobs = new TreeMap<>();
  private final List<DeadLetter> unusable = new ArrayList<>();
  private final Map<Integer, Long> positions = new HashMap<>();
  private int count;
  private long bytes;

  BatchBuilder(TopicIdentity topic, MessageFeed.Session session, int chunk) {
    this.topic = topic;
    this.session = session;
    this.chunk = chunk;
  }

  /** Adds what a poll brought. */
  void add(TopicBatch polled) {
    polled.records().forEach(this::add);
    positions.putAll(polled.positions());
  }

  /** Adds the first messages of a poll, and leaves the others unread. */
  void addFirst(TopicBatch polled, int most) {
    polled
        .records()
        .subList(0, most)
        .forEach(
            record -> {
              add(record);
              positions.put(record.partition(), record.nextOffset());
            });
  }

  private void add(TopicRecord record) {
    JobMessages.Read read = session.parser().read(record);
    jobs.computeIfAbsent(read.runId(), run -> new ArrayList<>()).add(read.job());
    read.deadLetter().ifPresent(unusable::add);
    count++;
    bytes += record.value() == null ? 0 : record.value().length;
  }

  boolean isFull() {
    return count >= chunk || bytes >= MAX_BYTES;
  }

  boolean isEmpty() {
    return count == 0;
  }

  /** Whether a commit would change anything. */
  boolean isIdle(Map<Integer, Long> before) {
    return count == 0 && before.entrySet().containsAll(positions.entrySet());
  }

  MessageBatch build() {
    return new MessageBatch(topic, session.begunAt(), count, jobs, unusable, positions);
  }
}
