package org.stfbatch.kafka;

import java.util.Objects;

/**
 * Identity of a topic in a cluster. A topic that is deleted and created again has another id.
 *
 * @param clusterId the cluster's own id
 * @param topicId the topic's own id, in Kafka's base64
 */
public record TopicIdentity(String clusterId, String topicId) {

  public TopicIdentity {
    Objects.requireNonNull(clusterId, "clusterId is null");
    Objects.requireNonNull(topicId, "topicId is null");
  }
}
