package org.stfbatch.kafka;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Exactly-once publisher: a reader with {@code isolation.level=read_committed} sees each message
 * exactly once.
 *
 * <p>Every {@link #publish} is one Kafka transaction with the messages and the publisher's
 * position, which is written to a compacted topic. {@link #open} returns the position of the last
 * committed transaction, also after a crash, and fences every older publisher of the same name.
 *
 * <p>If the result of a commit is unknown, the publisher reads its position to find out whether the
 * transaction was committed. It waits for a broker that is unavailable and reports the outage to
 * the listener.
 *
 * <p>For one thread; only {@link #stop} may be called by others.
 */
public final class PositionedPublisher implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(PositionedPublisher.class);

  /** Attempts after errors that are neither retriable nor a refusal; they may be temporary. */
  private static final int ATTEMPTS = 3;

  private final KafkaSettings settings;
  private final PublisherTarget target;
  private final StopLatch stop = new StopLatch();
  private final Problems problems;
  private final BrokerOutage outage;
  private final BrokerRetry retry;
  private final Clients clients;
  private final Admin admin;
  private final TopicLookup lookup;
  private final PositionTopic positions;
  private final String owner = UUID.randomUUID().toString();

  private Optional<KafkaProducer<byte[], byte[]>> producer = Optional.empty();

  /** Limit of the topic at the time of {@link #open}. */
  private MessageLimit limit = MessageLimit.UNKNOWN;

  /** Content of the position topic at the time of {@link #open}. */
  private Optional<PositionRecord> inherited = Optional.empty();

  /** Last known position of this publisher in the position topic. */
  private Optional<PositionRecord> stored = Optional.empty();

  /**
   * Does not connect yet.
   *
   * @param listener receives broker outages
   * @throws BrokerException if the settings cannot be used
   */
  public PositionedPublisher(
      KafkaSettings settings, PublisherTarget target, BrokerListener listener) {
    this.settings = settings;
    this.target = target;
    this.problems = new Problems(settings);
    this.outage = new BrokerOutage(listener);
    this.retry = new BrokerRetry(problems, outage, stop);
    this.clients = new Clients(settings);
    this.admin = clients.admin();
    this.lookup = new TopicLookup(admin, settings, retry);
    this.positions = new PositionTopic(target.topic(), clients, admin, lookup, retry, outage, stop);
  }

  /**
   * Fences older publishers of the same name and aborts their open transactions.
   *
   * @return the position of the last committed transaction; empty if nothing was published to this
   *     topic, or only to a deleted topic of the same name
   * @throws StoppedException if stopped before the broker answered
   * @throws PublisherFencedException if another publisher of the same name was opened at the same
   *     time
   * @throws BrokerException if the cluster refuses
   */
  public Optional<PublisherPosition> open() {
    TopicLookup.Found topic = lookup.find(target.topic()).orElseGet(this::createTopic);
    limit = messageLimit();
    positions.ensure(topic.replicas());
    String topicId = topic.identity().topicId();
    takeOver();
    inherited = positions.settled(target.name());
    stored = inherited;
    Optional<PublisherPosition> position =
        stored.filter(record -> record.topicId().equals(topicId)).flatMap(PositionRecord::position);
    commit(List.of(), new PositionRecord(owner, 0, topicId, position));
    return position;
  }

  /**
   * Publishes messages and the position after them in one transaction. A message that is too large
   * for the topic is handled by its {@link OutgoingRecord.Otherwise}. When this returns, the commit
   * is final; readers may see it with a short delay.
   *
   * @throws PublisherFencedException if a newer publisher has taken over
   * @throws StoppedException if stopped while the broker was unavailable; the position of the next
   *     {@link #open} shows whether the messages were committed
   * @throws BrokerException if the cluster refuses, for example a message that is too large
   */
  public void publish(List<OutgoingRecord> records, PublisherPosition newPosition) {
    PositionRecord last =
        stored.orElseThrow(() -> new IllegalStateException("the publisher is not open"));
    commit(records, last.next(newPosition));
  }

  /**
   * Stops waiting for the broker, permanently. An open transaction may still be committed. For any
   * thread.
   */
  public void stop() {
    stop.stop();
  }

  @Override
  public void close() {
    discardProducer();
    admin.close(Duration.ZERO);
  }

  /** Unknown with compression: the compressed size is known only when the message is sent. */
  private MessageLimit messageLimit() {
    return settings.properties().containsKey(ProducerConfig.COMPRESSION_TYPE_CONFIG)
        ? MessageLimit.UNKNOWN
        : lookup.messageLimit(target.topic());
  }

  private TopicLookup.Found createTopic() {
    NewTopic topic = new NewTopic(target.topic(), Optional.empty(), Optional.empty());
    if (lookup.create(topic)) {
      LOG.info("Created topic {} with the broker's defaults", target.topic());
    }
    return lookup.require(target.topic());
  }

  /** Commits exactly once, with as many attempts as necessary. */
  private void commit(List<OutgoingRecord> records, PositionRecord next) {
    List<OutgoingRecord> toSend = limit.fitting(records, target.topic());
    int failures = 0;
    while (true) {
      Transaction transaction =
          new Transaction(target.topic(), positions.name(), target.name(), limit);
      try {
        transaction.send(producer(), toSend, next);
        commitWithRetries();
        stored = Optional.of(next);
        return;
      } catch (KafkaException e) {
        if (transaction.hasTooLarge()) {
          toSend = transaction.withoutTooLarge(toSend);
        } else {
          requireRetriable(Problems.rootOf(e), ++failures);
        }
        LOG.debug(
            "A transaction on topic {} failed; checking whether it was committed",
            target.topic(),
            e);
      }
      if (hasCommitted(next)) {
        return;
      }
    }
  }

  /** Commits, and retries after a timeout, which is safe because a commit is idempotent. */
  private void commitWithRetries() {
    while (true) {
      try {
        producer().commitTransaction();
        outage.end();
        return;
      } catch (TimeoutException e) {
        retry.waitOrFail("a transaction on topic " + target.topic(), e);
      }
    }
  }

  /**
   * Initializes a new producer after a failure with unknown result, and reads whether the
   * transaction was committed.
   */
  private boolean hasCommitted(PositionRecord next) {
    discardProducer();
    requireSameTopic(next.topicId());
    // Checked before initialization, which would fence a newer publisher.
    requireOwn(positions.committed(target.name()));
    takeOver();
    Optional<PositionRecord> found = positions.settled(target.name());
    requireOwn(found);
    if (found.equals(Optional.of(next))) {
      stored = found;
      return true;
    }
    requireNotLost(found);
    return false;
  }

  /**
   * Checks that no other publisher has written a position. The newest visible position may be an
   * older one of this publisher, or the inherited one, because a commit that is final may not be
   * visible yet.
   */
  private void requireOwn(Optional<PositionRecord> found) {
    boolean own = found.filter(record -> record.owner().equals(owner)).isPresent();
    if (!own && !found.equals(inherited)) {
      throw new PublisherFencedException(target.name(), target.topic());
    }
  }

  private void requireNotLost(Optional<PositionRecord> found) {
    if (!found.equals(stored)) {
      throw new BrokerException(
          "the brokers have lost messages of topic "
              + target.topic()
              + " that they had acknowledged; publish again to continue from the last message that is left");
    }
  }

  private void requireSameTopic(String topicId) {
    if (!lookup.require(target.topic()).identity().topicId().equals(topicId)) {
      throw TopicReplacedException.whilePublishing(target.topic());
    }
  }

  private void requireRetriable(Throwable error, int failures) {
    boolean isRetriable = Problems.isRetriable(error) || isFencing(error);
    if (!isRetriable && (Problems.isRefusal(error) || failures >= ATTEMPTS)) {
      throw problems.toBrokerException(error);
    }
  }

  /**
   * Returns whether the producer was fenced. This does not imply another publisher: after an
   * outage, the broker aborts an open transaction and increments the producer's epoch.
   */
  private static boolean isFencing(Throwable error) {
    return error instanceof ProducerFencedException
        || error instanceof InvalidProducerEpochException;
  }

  /**
   * Fences every older publisher of the same name. When this returns, its transaction has ended.
   */
  private void takeOver() {
    while (producer.isEmpty()) {
      producer =
          Optional.of(clients.producer(target.transactionalId(), limit.producerBatchBytes()));
      try {
        initWithRetries();
      } catch (KafkaException e) {
        discardProducer();
        Throwable error = Problems.rootOf(e);
        if (!isFencing(error)) {
          retry.waitOrFail("topic " + target.topic(), error);
        }
      }
    }
  }

  private void initWithRetries() {
    while (true) {
      try {
        producer().initTransactions();
        outage.end();
        return;
      } catch (TimeoutException e) {
        retry.waitOrFail("topic " + target.topic(), e);
      }
    }
  }

  private KafkaProducer<byte[], byte[]> producer() {
    return producer.orElseThrow(() -> new IllegalStateException("the publisher is not open"));
  }

  private void discardProducer() {
    producer.ifPresent(each -> each.close(Duration.ZERO));
    producer = Optional.empty();
  }
}
