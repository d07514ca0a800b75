package org.stfbatch.kafka;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Periodic, non-blocking check of whether the broker answers, and of the topic's identity and
 * number of partitions. Necessary because a consumer does not report any of this: its polls are
 * empty. For one thread.
 */
final class TopicWatch {

  private static final int ANSWER_LIMIT_MS = 3000;

  private final Admin admin;
  private final String topic;
  private final long intervalNanos;
  private Optional<KafkaFuture<TopicDescription>> asked = Optional.empty();
  private long nextCheck;
  private long askedAt;

  TopicWatch(Admin admin, String topic, Duration interval) {
    this.admin = admin;
    this.topic = topic;
    this.intervalNanos = interval.toNanos();
    this.nextCheck = System.nanoTime() + intervalNanos;
  }

  /** Result of a check. */
  sealed interface Observation {

    /** The topic exists; the request was sent at {@code askedAt}, a {@link System#nanoTime}. */
    record Present(String topicId, int partitions, long askedAt) implements Observation {}

    /** The broker answers, and the topic does not exist. */
    record Absent() implements Observation {}

    /** The broker did not answer in time. */
    record NoAnswer() implements Observation {}

    /** The broker refuses the request. */
    record Refusal(Throwable error) implements Observation {}
  }

  /**
   * Starts a check if one is due. Returns the result of a check that has ended since the last call.
   */
  Optional<Observation> poll() {
    if (asked.isEmpty()) {
      askIfDue();
      return Optional.empty();
    }
    if (!asked.get().isDone()) {
      return Optional.empty();
    }
    KafkaFuture<TopicDescription> answer = asked.get();
    asked = Optional.empty();
    nextCheck = System.nanoTime() + intervalNanos;
    return Optional.of(observation(answer));
  }

  private void askIfDue() {
    if (System.nanoTime() - nextCheck >= 0) {
      DescribeTopicsOptions options = new DescribeTopicsOptions().timeoutMs(ANSWER_LIMIT_MS);
      askedAt = System.nanoTime();
      asked =
          Optional.of(admin.describeTopics(List.of(topic), options).topicNameValues().get(topic));
    }
  }

  private Observation observation(KafkaFuture<TopicDescription> answer) {
    try {
      TopicDescription description = answer.getNow(null);
      return new Observation.Present(
          description.topicId().toString(), description.partitions().size(), askedAt);
    } catch (ExecutionException e) {
      return observation(Problems.unwrap(e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BrokerException("interrupted while looking for a topic", e);
    }
  }

  private static Observation observation(Throwable error) {
    if (error instanceof UnknownTopicOrPartitionException) {
      return new Observation.Absent();
    }
    return Problems.isRetriable(error)
        ? new Observation.NoAnswer()
        : new Observation.Refusal(error);
  }
}
