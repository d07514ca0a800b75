package org.stfbatch.kafka;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Requests for metadata and offsets of topics, with retries during an outage. */
final class TopicLookup {

  private final Admin admin;
  private final KafkaSettings settings;
  private final BrokerRetry retry;

  TopicLookup(Admin admin, KafkaSettings settings, BrokerRetry retry) {
    this.admin = admin;
    this.settings = settings;
    this.retry = retry;
  }

  /**
   * An existing topic.
   *
   * @param identity of the topic
   * @param partitions number of partitions, which are numbered from 0
   * @param replicas number of replicas of its first partition
   */
  record Found(TopicIdentity identity, int partitions, int replicas) {}

  /** Returns the topic of that name, if there is one. */
  Optional<Found> find(String topic) {
    try {
      TopicDescription description =
          retry.get(
              "topic " + topic,
              () -> admin.describeTopics(List.of(topic)).topicNameValues().get(topic));
      String cluster = retry.get("the cluster", () -> admin.describeCluster().clusterId());
      return Optional.of(
          new Found(
              new TopicIdentity(cluster == null ? "" : cluster, description.topicId().toString()),
              description.partitions().size(),
              description.partitions().get(0).replicas().size()));
    } catch (UnknownTopicOrPartitionException e) {
      return Optional.empty();
    }
  }

  /**
   * Returns the topic of that name.
   *
   * @throws TopicNotFoundException if there is none
   */
  Found require(String topic) {
    return find(topic).orElseThrow(() -> notFound(topic));
  }

  /**
   * Creates a topic and waits until it is visible.
   *
   * @return false if it existed already
   */
  boolean create(NewTopic topic) {
    boolean created = tryToCreate(topic);
    while (find(topic.name()).isEmpty()) {
      retry.pause("topic " + topic.name());
    }
    return created;
  }

  private boolean tryToCreate(NewTopic topic) {
    try {
      retry.get("topic " + topic.name(), () -> admin.createTopics(List.of(topic)).all());
      return true;
    } catch (TopicExistsException e) {
      return false;
    }
  }

  /**
   * Returns the size limit of the topic's messages; unknown if this user may not read the topic's
   * configuration.
   */
  MessageLimit messageLimit(String topic) {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    try {
      Config config =
          retry.get(
              "topic " + topic,
              () ->
                  admin
                      .describeConfigs(List.of(resource))
                      .all()
                      .thenApply(all -> all.get(resource)));
      return new MessageLimit(
          Long.parseLong(config.get(TopicConfig.MAX_MESSAGE_BYTES_CONFIG).value()));
    } catch (UnknownTopicOrPartitionException e) {
      // The metadata of a broker that has just started may be out of date.
      return MessageLimit.UNKNOWN;
    } catch (BrokerException e) {
      if (e instanceof StoppedException || !(e.getCause() instanceof AuthorizationException)) {
        throw e;
      }
      return MessageLimit.UNKNOWN;
    }
  }

  /** Returns the first remaining offset of each partition. */
  Map<Integer, Long> beginnings(String topic, Collection<Integer> partitions) {
    return offsets(topic, partitions, OffsetSpec.earliest(), IsolationLevel.READ_COMMITTED);
  }

  /**
   * Returns the last stable offset of each partition, up to which committed messages can be read.
   */
  Map<Integer, Long> committedEnds(String topic, Collection<Integer> partitions) {
    return offsets(topic, partitions, OffsetSpec.latest(), IsolationLevel.READ_COMMITTED);
  }

  /** Returns the end offset of each partition, messages of open transactions included. */
  Map<Integer, Long> ends(String topic, Collection<Integer> partitions) {
    return offsets(topic, partitions, OffsetSpec.latest(), IsolationLevel.READ_UNCOMMITTED);
  }

  private Map<Integer, Long> offsets(
      String topic, Collection<Integer> partitions, OffsetSpec spec, IsolationLevel isolation) {
    Map<TopicPartition, OffsetSpec> request =
        partitions.stream()
            .map(partition -> new TopicPartition(topic, partition))
            .collect(Collectors.toMap(Function.identity(), partition -> spec));
    while (true) {
      try {
        Map<Integer, Long> offsets = new TreeMap<>();
        retry
            .get(
                "the offsets of topic " + topic,
                () -> admin.listOffsets(request, new ListOffsetsOptions(isolation)).all())
            .forEach((partition, info) -> offsets.put(partition.partition(), info.offset()));
        return offsets;
      } catch (UnknownTopicOrPartitionException e) {
        // The metadata of a broker that has just started may be out of date.
        require(topic);
        retry.pause("the offsets of topic " + topic);
      }
    }
  }

  private TopicNotFoundException notFound(String topic) {
    return new TopicNotFoundException(topic, settings.bootstrapServers());
  }
}
