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
 * Publishes messages so that a reader of committed messages sees each exactly once.
 *
 * <p>Every {@link #publish} is one Kafka transaction that holds the messages and the publisher's
 * own position, which goes to a compacted topic beside. Whoever opens the publisher next, after
 * whatever kind of end, gets the position of the last transaction that was committed. A publisher
 * that was opened earlier under the same name, wherever it runs, can publish nothing more.
 *
 * <p>If it is not known whether a transaction was committed, the position tells. A broker that is
 * away is waited for and reported to the listener.
 *
 * <p>For one thread; only {@link #stop} may be called by others.
 */
public final class PositionedPublisher implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(PositionedPublisher.class);

  /** An error that is neither a matter of reaching the broker nor a refusal may pass, too. */
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

  /** Of the topic, as it was when this publisher took over. */
  private MessageLimit limit = MessageLimit.UNKNOWN;

  /** What the position topic held when this publisher took over. */
  private Optional<PositionRecord> inherited = Optional.empty();

  /** What the position topic holds of this publisher, as far as is known. */
  private Optional<PositionRecord> stored = Optional.empty();

  /**
   * Connects to nothing yet.
   *
   * @param listener is told when the broker is away
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
   * Takes over from any older publisher of the same name, and ends its transaction.
   *
   * @return the position of the last committed transaction; empty if nothing has been published to
   *     this topic, or only to one of the same name that was deleted since
   * @throws StoppedException if stopped before the broker answered
   * @throws PublisherFencedException if another publisher of the name was opened at the same time
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
   * Publishes messages and the position after them, in one transaction. What is too large for the
   * topic is replaced, left out, or refused, as its message says. When it returns, it is decided
   * that both are committed; readers get them a moment later.
   *
   * @throws PublisherFencedException if a newer publisher has taken over
   * @throws StoppedException if stopped while the broker was away; whether the messages were
   *     committed, the next {@link #open} tells
   * @throws BrokerException if the cluster refuses, for example a message that is too large
   */
  public void publish(List<OutgoingRecord> records, PublisherPosition newPosition) {
    PositionRecord last =
        stored.orElseThrow(() -> new IllegalStateException("the publisher is not open"));
    commit(records, last.next(newPosition));
  }

  /**
   * Ends waiting for the broker soon and for good. A transaction that is underway may still be
   * committed. For any thread.
   */
  public void stop() {
    stop.stop();
  }

  @Override
  public void close() {
    discardProducer();
    admin.close(Duration.ZERO);
  }

  /** What compression makes of a message is known when it is sent. */
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

  /** Commits once, in as many attempts as that takes. */
  private void commit(List<OutgoingRecord> records, PositionRecord next) {
    List<OutgoingRecord> toSend = limit.fitting(records, target.topic());
    int failures = 0;
    while (true) {
      Transaction transaction =
          new Transaction(target.topic(), positions.name(), target.name(), limit);
      try {
        transaction.send(producer(), toSend, next);
        commitPatiently();
        stored = Optional.of(next);
        return;
      } catch (KafkaException e) {
        if (transaction.hasTooLarge()) {
          toSend = transaction.withoutTooLarge(toSend);
        } else {
          requireCurable(Problems.rootOf(e), ++failures);
        }
        LOG.debug("A transaction on topic {} failed; looking whether it counts", target.topic(), e);
      }
      if (hasCommitted(next)) {
        return;
      }
    }
  }

  /** A commit that takes too long may be asked for again; the broker does it once. */
  private void commitPatiently() {
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

  /** Starts anew after a failure of unknown outcome, and finds the outcome out. */
  private boolean hasCommitted(PositionRecord next) {
    discardProducer();
    requireSameTopic(next.topicId());
    // A newer publisher that is seen before need not be disturbed.
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
   * The newest position that can be read may be an older one of this publisher, or the one that it
   * inherited: the broker may still have to make visible what it has decided to commit.
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
              + " that they had acknowledged; publish again to go on before them");
    }
  }

  private void requireSameTopic(String topicId) {
    if (!lookup.require(target.topic()).identity().topicId().equals(topicId)) {
      throw TopicReplacedException.whilePublishing(target.topic());
    }
  }

  private void requireCurable(Throwable error, int failures) {
    boolean usual = Problems.isPassing(error) || isFencing(error);
    if (!usual && (Problems.isRefusal(error) || failures >= ATTEMPTS)) {
      throw problems.lasting(error);
    }
  }

  /**
   * It takes one publisher to be fenced, too: the broker ends a transaction that was underway while
   * it was away, and then refuses the one who began it.
   */
  private static boolean isFencing(Throwable error) {
    return error instanceof ProducerFencedException
        || error instanceof InvalidProducerEpochException;
  }

  /** Fences every older publisher of the name; its transaction is ended when this returns. */
  private void takeOver() {
    while (producer.isEmpty()) {
      producer =
          Optional.of(clients.producer(target.transactionalId(), limit.producerBatchBytes()));
      try {
        initPatiently();
      } catch (KafkaException e) {
        discardProducer();
        Throwable error = Problems.rootOf(e);
        if (!isFencing(error)) {
          retry.waitOrFail("topic " + target.topic(), error);
        }
      }
    }
  }

  private void initPatiently() {
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
