package org.stfbatch.db;

import java.util.Objects;
import java.util.Optional;

/**
 * A topic and the group name under which its read positions are stored.
 *
 * @param readerId its key in every table
 * @param group readers of different groups read a topic independently
 * @param topic name of the topic
 * @param known identity of the topic that the stored positions belong to; empty before the first
 */
public record KafkaReader(long readerId, String group, String topic, Optional<KafkaTopicId> known) {

  public KafkaReader {
    Objects.requireNonNull(group, "group is null");
    Objects.requireNonNull(topic, "topic is null");
    Objects.requireNonNull(known, "known is null");
  }
}
