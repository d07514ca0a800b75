package org.stfbatch.kafka;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Sets messages aside that cannot be used: copies them to the topic's dead-letter topic, each once,
 * with the reason in headers. The topic is made when there is a first one.
 *
 * <p>How far each partition has come is kept with the dead letters themselves, so a caller that was
 * killed may hand in the same ones again. For one thread; only {@link #stop} may be called by
 * others.
 */
public final class DeadLetters implements AutoCloseable {

  private static final String SUFFIX = ".dlq";

  private final String source;
  private final TopicIdentity identity;
  private final PositionedPublisher publisher;
  private Optional<Map<String, Long>> next = Optional.empty();

  /**
   * Connects to nothing yet.
   *
   * @param source the topic that is read
   * @param identity from {@link TopicReader#open}
   * @param reader names who reads it: a reader of the same name hands in no message twice
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

  /** The dead-letter topic of a topic. */
  public static String topicOf(String topic) {
    return topic + SUFFIX;
  }

  /**
   * Publishes those that were not published before, and returns when they are committed.
   *
   * @param letters with growing offsets within each partition, also from call to call
   * @throws PublisherFencedException if a newer reader of the same name has taken over
   * @throws StoppedException if stopped while the broker was away
   * @throws BrokerException if the cluster refuses
   */
  public void publish(List<DeadLetter> letters) {
    if (letters.isEmpty()) {
      return;
    }
    Map<String, Long> positions = new HashMap<>(next.orElseGet(this::open));
    List<OutgoingRecord> fresh =
        letters.stream()
            .filter(letter -> isFresh(letter, positions))
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

  /** Ends waiting for the broker soon and for good. For any thread. */
  public void stop() {
    publisher.stop();
  }

  @Override
  public void close() {
    publisher.close();
  }

  /** Positions in a topic that was deleted since say nothing about this one. */
  private Map<String, Long> open() {
    Map<String, Long> positions = new HashMap<>();
    publisher.open().ifPresent(position -> positions.putAll(position.values()));
    positions.keySet().removeIf(name -> !name.startsWith(prefix()));
    return positions;
  }

  private boolean isFresh(DeadLetter letter, Map<String, Long> positions) {
    return letter.record().offset() >= positions.getOrDefault(name(letter.record()), 0L);
  }

  private String name(TopicRecord record) {
    return prefix() + record.partition();
  }

  private String prefix() {
    return identity.topicId() + "/";
  }
}
