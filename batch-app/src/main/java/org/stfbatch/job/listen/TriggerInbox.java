package org.stfbatch.job.listen;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import org.springframework.transaction.support.TransactionTemplate;
import org.stfbatch.db.KafkaReader;
import org.stfbatch.db.KafkaReaderStore;
import org.stfbatch.db.RunTriggerStore;
import org.stfbatch.db.RunTriggerStore.NewTrigger;
import org.stfbatch.job.BatchRuntime;
import org.stfbatch.job.KafkaConnection;
import org.stfbatch.job.StopSignal;
import org.stfbatch.job.intake.TopicPositions;
import org.stfbatch.kafka.DeadLetter;
import org.stfbatch.kafka.DeadLetters;
import org.stfbatch.kafka.ReadBound;
import org.stfbatch.kafka.StoppedException;
import org.stfbatch.kafka.TopicBatch;
import org.stfbatch.kafka.TopicIdentity;
import org.stfbatch.kafka.TopicReader;
import org.stfbatch.kafka.TopicRecord;
import org.stfbatch.kafka.TopicRequest;
import org.stfbatch.kafka.message.MessageException;
import org.stfbatch.kafka.message.RunTriggerMessage;

/**
 * Stores trigger messages, each exactly once: the topic's offset advances in the transaction that
 * stores them. The caller holds the reader's lock.
 */
final class TriggerInbox {
  private static final Duration POLL = Duration.ofMillis(500);

  private final KafkaConnection kafka;
  private final TopicPositions positions;
  private final KafkaReaderStore readers;
  private final RunTriggerStore triggers;
  private final TransactionTemplate transaction;
  private final Map<Integer, Long> stored = new HashMap<>();

  TriggerInbox(BatchRuntime batch, KafkaConnection kafka, TopicPositions positions) {
    this.kafka = kafka;
    this.positions = positions;
    this.readers = new KafkaReaderStore(batch.dataSource());
    this.triggers = new RunTriggerStore(batch.dataSource());
    this.transaction = new TransactionTemplate(batch.transactionManager());
  }

  /** Reads until a stop is requested. */
  void run(StopSignal stop) {
    TopicRequest request = positions.request(ReadBound.follow(), false);
    try (TopicReader topic = new TopicReader(kafka.settings(), request, kafka.listener());
        StopSignal.Watch watch = stop.whenRequested(topic::stop)) {
      TopicIdentity identity = topic.open();
      stored.clear();
      stored.putAll(positions.begin(request, identity, topic.positions()));
      KafkaReader reader = positions.reader();
      try (DeadLetters deadLetters = deadLetters(reader, identity);
          StopSignal.Watch letters = stop.whenRequested(deadLetters::stop)) {
        while (!topic.ended()) {
          take(topic, topic.poll(POLL), reader, identity, deadLetters);
        }
      }
    } catch (StoppedException e) {
      // Stopped while the broker was away: nothing was read and nothing is lost.
      return;
    }
  }

  private DeadLetters deadLetters(KafkaReader reader, TopicIdentity identity) {
    return new DeadLetters(
        kafka.settings(), reader.topic(), identity, reader.group(), kafka.listener());
  }

  private void take(
      TopicReader topic,
      TopicBatch batch,
      KafkaReader reader,
      TopicIdentity identity,
      DeadLetters deadLetters) {
    if (batch.isEmpty()) {
      return;
    }
    List<NewTrigger> messages = new ArrayList<>();
    List<DeadLetter> unusable = new ArrayList<>();
    batch.records().forEach(record -> read(record, messages, unusable));
    deadLetters.publish(unusable);
    transaction.executeWithoutResult(
        status -> {
          triggers.add(reader, identity.topicId(), messages);
          move(reader, batch.positions());
        });
    topic.commitForLagTools(reader.group(), batch.positions());
  }

  private static void read(
      TopicRecord record, List<NewTrigger> messages, List<DeadLetter> unusable) {
    Optional<String> error = Optional.empty();
    try {
      RunTriggerMessage.parse(record.value(), record.headers());
    } catch (MessageException e) {
      error = Optional.of(e.getMessage());
      unusable.add(new DeadLetter(record, e.code().name(), e.getMessage()));
    }
    messages.add(new NewTrigger(record.partition(), record.offset(), text(record), error));
  }

  private static String text(TopicRecord record) {
    return record.value() == null ? "" : new String(record.value(), StandardCharsets.UTF_8);
  }

  private void move(KafkaReader reader, SortedMap<Integer, Long> next) {
    Map<Integer, Long> fresh = new HashMap<>();
    next.keySet().stream()
        .filter(partition -> !stored.containsKey(partition))
        .forEach(partition -> fresh.put(partition, 0L));
    if (!fresh.isEmpty()) {
      readers.begin(reader, reader.known().orElseThrow(), fresh);
      stored.putAll(fresh);
    }
    List<KafkaReaderStore.Move> moves =
        next.entrySet().stream()
            .filter(entry -> !entry.getValue().equals(stored.get(entry.getKey())))
            .map(
                entry ->
                    new KafkaReaderStore.Move(
                        entry.getKey(), stored.get(entry.getKey()), entry.getValue()))
            .toList();
    readers.move(reader, moves, OptionalLong.empty());
    stored.putAll(next);
  }
}
