package org.stfbatch.db;

import java.util.Objects;

/**
 * Identity of a topic. A topic that is deleted and created again has another id.
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
