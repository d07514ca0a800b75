package org.stfbatch.db;

import java.util.Objects;

/**
 * Which topic: another one under the same name has another id.
 *
 * @param clusterId the cluster's own id
 * @param topicId the topic's own id
 */
public record KafkaTopicId(String clusterId, String topicId) {

  public KafkaTopicId {
    Objects.requireNonNull(clusterId, "clusterId is null");
    Objects.requireNonNull(topicId, "topicId is null");
  }
}
