package org.stfbatch.kafka;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Publisher to a dead-letter topic: copies messages that cannot be processed, each exactly once,
 * with the reason in headers. The topic is created for the first one.
 *
 * <p>The source offsets are committed in the same transaction as the dead letters, so that a caller
 * may publish the same ones again after a crash. For one thread; only {@link #stop} may be called
 * by others.
 */
public final class DeadLetters implements AutoCloseable {

  private static final String SUFFIX = ".dlq";

  private final String source;
  private final TopicIdentity identity;
  private final PositionedPublisher publisher;
  private Optional<Map<String, Long>> next = Optional.empty();

  /**
   * Does not connect yet.
   *
   * @param source the topic that the messages come from
   * @param identity from {@link TopicReader#open}
   * @param reader name of the reader of the source; messages are deduplicated per name
   */
  public DeadLetters(
      KafkaSettings settings,
      String source,
      TopicIdentity identity,
      String reader,
      BrokerListener listener) {
    this.source = source;
    this.identity = identity;
    this.publisher =
        new PositionedPublisher(settings, new PublisherTarget(topicOf(source), reader), listener);
  }

  /** Returns the name of a topic's dead-letter topic. */
  public static String topicOf(String topic) {
    return topic + SUFFIX;
  }

  /**
   * Publishes the messages that were not published before, and returns when they are committed.
   *
   * @param letters with increasing offsets within each partition, also across calls
   * @throws PublisherFencedException if a newer reader of the same name has taken over
   * @throws StoppedException if stopped while the broker was unavailable
   * @throws BrokerException if the cluster refuses
   */
  public void publish(List<DeadLetter> letters) {
    if (letters.isEmpty()) {
      return;
    }
    Map<String, Long> positions = new HashMap<>(next.orElseGet(this::open));
    List<OutgoingRecord> fresh =
        letters.stream()
            .filter(letter -> isNew(letter, positions))
            .map(letter -> letter.toRecord(source))
            .toList();
    if (!fresh.isEmpty()) {
      letters.forEach(
          letter ->
              positions.merge(name(letter.record()), letter.record().nextOffset(), Math::max));
      publisher.publish(fresh, PublisherPosition.of(positions));
    }
    next = Optional.of(positions);
  }

  /** Stops waiting for the broker, permanently. For any thread. */
  public void stop() {
    publisher.stop();
  }

  @Override
  public void close() {
    publisher.close();
  }

  /**
   * Opens the publisher and returns the source offsets. Offsets of a deleted topic of the same name
   * are ignored.
   */
  private Map<String, Long> open() {
    Map<String, Long> positions = new HashMap<>();
    publisher.open().ifPresent(position -> positions.putAll(position.values()));
    positions.keySet().removeIf(name -> !name.startsWith(prefix()));
    return positions;
  }

  private boolean isNew(DeadLetter letter, Map<String, Long> positions) {
    return letter.record().offset() >= positions.getOrDefault(name(letter.record()), 0L);
  }

  private String name(TopicRecord record) {
    return prefix() + record.partition();
  }

  private String prefix() {
    return identity.topicId() + "/";
  }
}
