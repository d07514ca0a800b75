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
 * Looks from time to time, without waiting, whether the broker answers, which topic it has and how
 * many partitions. A consumer says nothing of all that: its polls are just empty. For one thread.
 */
final class TopicWatch {

  private static final int ANSWER_LIMIT_MS = 3000;

  private final Admin admin;
  private final String topic;
  private final long intervalNanos;
  private Optional<KafkaFuture<TopicDescription>> asked = Optional.empty();
  private long nextLook;
  private long askedAt;

  TopicWatch(Admin admin, String topic, Duration interval) {
    this.admin = admin;
    this.topic = topic;
    this.intervalNanos = interval.toNanos();
    this.nextLook = System.nanoTime() + intervalNanos;
  }

  /** What was seen. */
  sealed interface Sighting {

    /** The topic is there, and was asked for at a time of {@link System#nanoTime}. */
    record Present(String topicId, int partitions, long askedAt) implements Sighting {}

    /** The broker answers, and has no such topic. */
    record Absent() implements Sighting {}

    /** No answer in time. */
    record Silence() implements Sighting {}

    /** The broker refuses. */
    record Refusal(Throwable error) implements Sighting {}
  }

  /** What was seen since the last call, if a look has ended since. */
  Optional<Sighting> look() {
    if (asked.isEmpty()) {
      askIfDue();
      return Optional.empty();
    }
    if (!asked.get().isDone()) {
      return Optional.empty();
    }
    KafkaFuture<TopicDescription> answer = asked.get();
    asked = Optional.empty();
    nextLook = System.nanoTime() + intervalNanos;
    return Optional.of(sighting(answer));
  }

  private void askIfDue() {
    if (System.nanoTime() - nextLook >= 0) {
      DescribeTopicsOptions options = new DescribeTopicsOptions().timeoutMs(ANSWER_LIMIT_MS);
      askedAt = System.nanoTime();
      asked =
          Optional.of(admin.describeTopics(List.of(topic), options).topicNameValues().get(topic));
    }
  }

  private Sighting sighting(KafkaFuture<TopicDescription> answer) {
    try {
      TopicDescription description = answer.getNow(null);
      return new Sighting.Present(
          description.topicId().toString(), description.partitions().size(), askedAt);
    } catch (ExecutionException e) {
      return sighting(Problems.unwrap(e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BrokerException("interrupted while looking for a topic", e);
    }
  }

  private static Sighting sighting(Throwable error) {
    if (error instanceof UnknownTopicOrPartitionException) {
      return new Sighting.Absent();
    }
    return Problems.isPassing(error) ? new Sighting.Silence() : new Sighting.Refusal(error);
  }
}
