package org.stfbatch.kafka;

import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What to read.
 *
 * @param topic its name
 * @param startOffsets the next offset of each partition; one that is absent is read from its
 *     beginning
 * @param bound where reading ends
 * @param known the topic that the offsets belong to, if the caller remembers it
 * @param acceptsGaps whether to go on at what is left when messages that were not read are gone
 * @param maxRecords the most records that one poll gives
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

  /** Reads a topic from its beginning. */
  public static TopicRequest of(String topic, ReadBound bound) {
    return new TopicRequest(topic, Map.of(), bound, Optional.empty(), false, DEFAULT_MAX_RECORDS);
  }

  /** Starts at these offsets. */
  public TopicRequest from(Map<Integer, Long> offsets) {
    return new TopicRequest(topic, offsets, bound, known, acceptsGaps, maxRecords);
  }

  /** Refuses any other topic. */
  public TopicRequest expecting(TopicIdentity identity) {
    return new TopicRequest(
        topic, startOffsets, bound, Optional.of(identity), acceptsGaps, maxRecords);
  }

  /** Goes on at what is left, with a warning in the log, where messages are gone. */
  public TopicRequest acceptingGaps() {
    return new TopicRequest(topic, startOffsets, bound, known, true, maxRecords);
  }

  /** Gives at most so many records a poll. */
  public TopicRequest atMost(int records) {
    return new TopicRequest(topic, startOffsets, bound, known, acceptsGaps, records);
  }
}
