package org.stfbatch.db;

import java.util.Objects;
import java.util.Optional;

/**
 * Who reads a topic from where it stopped.
 *
 * @param readerId its key in every table
 * @param group a name: readers of different names read a topic independently of each other
 * @param topic what is read
 * @param known the topic whose positions are kept; empty before the first
 */
public record KafkaReader(long readerId, String group, String topic, Optional<KafkaTopicId> known) {

  public KafkaReader {
    Objects.requireNonNull(group, "group is null");
    Objects.requireNonNull(topic, "topic is null");
    Objects.requireNonNull(known, "known is null");
  }
}
