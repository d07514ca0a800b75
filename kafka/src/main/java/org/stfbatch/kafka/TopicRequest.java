package org.stfbatch.kafka;

import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What a {@link TopicReader} reads.
 *
 * @param topic its name
 * @param startOffsets the first offset to read by partition; a partition without an entry is read
 *     from its beginning
 * @param bound end condition
 * @param known identity of the topic that the offsets belong to, if the caller knows it
 * @param acceptsGaps whether to continue at the first remaining message if unread messages were
 *     deleted
 * @param maxRecords the most records of one poll
 */
public record TopicRequest(
    String topic,
    Map<Integer, Long> startOffsets,
    ReadBound bound,
    Optional<TopicIdentity> known,
    boolean acceptsGaps,
    int maxRecords) {

  private static final int DEFAULT_MAX_RECORDS = 2000;

  /**
   * @throws IllegalArgumentException if an offset is negative or {@code maxRecords} is not above 0
   */
  public TopicRequest {
    Objects.requireNonNull(topic, "topic is null");
    Objects.requireNonNull(bound, "bound is null");
    Objects.requireNonNull(known, "known is null");
    startOffsets = Map.copyOf(startOffsets);
    if (startOffsets.values().stream().anyMatch(offset -> offset < 0) || maxRecords < 1) {
      throw new IllegalArgumentException("offsets are 0 or more, and maxRecords is above 0");
    }
  }

  /** Returns a request for a topic from its beginning. */
  public static TopicRequest of(String topic, ReadBound bound) {
    return new TopicRequest(topic, Map.of(), bound, Optional.empty(), false, DEFAULT_MAX_RECORDS);
  }

  /** Returns the same request with these start offsets. */
  public TopicRequest from(Map<Integer, Long> offsets) {
    return new TopicRequest(topic, offsets, bound, known, acceptsGaps, maxRecords);
  }

  /** Returns the same request for this topic only: another topic of the same name is refused. */
  public TopicRequest expecting(TopicIdentity identity) {
    return new TopicRequest(
        topic, startOffsets, bound, Optional.of(identity), acceptsGaps, maxRecords);
  }

  /** Returns the same request that continues after deleted messages, with a warning in the log. */
  public TopicRequest acceptingGaps() {
    return new TopicRequest(topic, startOffsets, bound, known, true, maxRecords);
  }

  /** Returns the same request with at most this many records per poll. */
  public TopicRequest atMost(int records) {
    return new TopicRequest(topic, startOffsets, bound, known, acceptsGaps, records);
  }
}
