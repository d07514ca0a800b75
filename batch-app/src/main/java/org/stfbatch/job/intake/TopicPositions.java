package org.stfbatch.job.intake;

import java.util.HashMap;
import java.util.Map;
import javax.sql.DataSource;
import org.stfbatch.db.KafkaReader;
import org.stfbatch.db.KafkaReaderStore;
import org.stfbatch.db.KafkaTopicId;
import org.stfbatch.job.InputException;
import org.stfbatch.job.KafkaConnection;
import org.stfbatch.job.StopSignal;
import org.stfbatch.kafka.ReadBound;
import org.stfbatch.kafka.TopicAdmin;
import org.stfbatch.kafka.TopicIdentity;
import org.stfbatch.kafka.TopicRequest;

/** Stored offsets of a consumer group in a topic. */
public final class TopicPositions {
  private final KafkaReaderStore readers;
  private final String group;
  private final String topic;

  /**
   * @param group the consumer group; groups read a topic independently of each other
   */
  public TopicPositions(DataSource dataSource, String group, String topic) {
    this.readers = new KafkaReaderStore(dataSource);
    this.group = group;
    this.topic = topic;
  }

  /** Returns the reader as it is stored now. */
  public KafkaReader reader() {
    return readers.findOrCreate(group, topic);
  }

  /**
   * Replaces the stored offsets by the beginning or end of the topic, unless the start is {@link
   * TopicStart#STORED}. The caller holds the reader's lock.
   *
   * @param stop ends the wait for the broker
   * @throws InputException if the topic does not exist
   */
  public void reset(TopicStart start, KafkaConnection kafka, StopSignal stop) {
    if (start == TopicStart.STORED) {
      return;
    }
    try (TopicAdmin admin = new TopicAdmin(kafka.settings(), kafka.listener());
        StopSignal.Watch watch = stop.whenRequested(admin::stop)) {
      TopicAdmin.TopicState state =
          admin
              .find(topic)
              .orElseThrow(
                  () -> new InputException("there is no topic " + topic + ": check its name"));
      readers.reset(
          reader(),
          id(state.identity()),
          start == TopicStart.EARLIEST ? state.beginnings() : state.ends());
    }
  }

  /** Returns the request for the broker. */
  public TopicRequest request(ReadBound bound, boolean skipGap) {
    KafkaReader reader = reader();
    TopicRequest request = TopicRequest.of(topic, bound).from(readers.positions(reader));
    if (reader.known().isPresent()) {
      KafkaTopicId known = reader.known().get();
      request = request.expecting(new TopicIdentity(known.clusterId(), known.topicId()));
    }
    return skipGap ? request.acceptingGaps() : request;
  }

  /**
   * Stores the topic's identity, and the offsets of partitions that are read for the first time.
   *
   * @param request as sent to the broker
   * @param positions the offsets at which reading begins
   * @return the stored next offset of each partition when the request was made
   */
  public Map<Integer, Long> begin(
      TopicRequest request, TopicIdentity identity, Map<Integer, Long> positions) {
    Map<Integer, Long> fresh = new HashMap<>(positions);
    fresh.keySet().removeAll(request.startOffsets().keySet());
    readers.begin(reader(), id(identity), fresh);
    Map<Integer, Long> begunAt = new HashMap<>(request.startOffsets());
    begunAt.putAll(fresh);
    return begunAt;
  }

  private static KafkaTopicId id(TopicIdentity identity) {
    return new KafkaTopicId(identity.clusterId(), identity.topicId());
  }
}
