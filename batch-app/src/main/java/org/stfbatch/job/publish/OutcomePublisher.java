package org.stfbatch.job.publish;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.springframework.batch.infrastructure.item.Chunk;
import org.springframework.batch.infrastructure.item.ItemWriter;
import org.stfbatch.db.OutcomeFeedStore;
import org.stfbatch.db.OutcomeRow;
import org.stfbatch.db.Run;
import org.stfbatch.job.JobFailedException;
import org.stfbatch.job.KafkaConnection;
import org.stfbatch.job.Progress;
import org.stfbatch.job.StopSignal;
import org.stfbatch.kafka.OutgoingRecord;
import org.stfbatch.kafka.PositionedPublisher;
import org.stfbatch.kafka.PublisherFencedException;
import org.stfbatch.kafka.PublisherPosition;
import org.stfbatch.kafka.PublisherTarget;

/**
 * Publishes pages of outcomes, each with the publisher's new position in one Kafka transaction.
 * Only that transaction counts; the chunk's database transaction may commit or not.
 */
final class OutcomePublisher implements ItemWriter<List<OutcomeRow>>, AutoCloseable {
  /** Bounds the memory of one Kafka transaction, here and at the broker. */
  private static final long MAX_BYTES = 8L << 20;

  private static final String SEQUENCE = "sequence";

  private final Run run;
  private final String topic;
  private final OutcomeFeedStore feed;
  private final OutcomeMessages messages;
  private final Progress progress;
  private final KafkaConnection kafka;
  private final StopSignal stop;
  private Optional<Open> connected = Optional.empty();
  private long published;

  private record Open(PositionedPublisher publisher, StopSignal.Watch watch) {}

  OutcomePublisher(
      Run run,
      String topic,
      OutcomeFeedStore feed,
      KafkaConnection kafka,
      Progress progress,
      StopSignal stop) {
    this.run = run;
    this.topic = topic;
    this.feed = feed;
    this.messages = new OutcomeMessages(run.name());
    this.progress = progress;
    this.kafka = kafka;
    this.stop = stop;
  }

  /**
   * Connects to the topic and fences any other publisher of the run to it.
   *
   * @return the sequence number up to which all outcomes are published
   */
  long open() {
    long position = connect().open().map(found -> found.get(SEQUENCE).orElse(0)).orElse(0L);
    long last = feed.lastSequence(run.runId());
    if (position > last) {
      throw new JobFailedException(
          ("topic %s has the outcomes of run %s up to number %d, but the database only up to %d, as if it was restored"
                  + " from an older backup: restore a newer one, or publish to another topic")
              .formatted(topic, run.name(), position, last),
          null);
    }
    return position;
  }

  private PositionedPublisher connect() {
    PositionedPublisher publisher =
        new PositionedPublisher(
            kafka.settings(), new PublisherTarget(topic, run.uuid().toString()), kafka.listener());
    connected = Optional.of(new Open(publisher, stop.whenRequested(publisher::stop)));
    return publisher;
  }

  @Override
  public void write(Chunk<? extends List<OutcomeRow>> pages) {
    pages.forEach(this::publish);
  }

  private void publish(List<OutcomeRow> page) {
    List<OutgoingRecord> records = new ArrayList<>();
    long bytes = 0;
    for (OutcomeRow outcome : page) {
      OutgoingRecord record = messages.message(outcome);
      records.add(record);
      bytes += record.value().length;
      if (bytes >= MAX_BYTES) {
        publish(records, outcome.sequence());
        records.clear();
        bytes = 0;
      }
    }
    if (!records.isEmpty()) {
      publish(records, page.get(page.size() - 1).sequence());
    }
    long failed = page.stream().filter(row -> row.job().failure().isPresent()).count();
    progress.advanced(new Progress.Step(page.size(), failed));
  }

  private void publish(List<OutgoingRecord> records, long sequence) {
    try {
      connected
          .orElseThrow()
          .publisher()
          .publish(List.copyOf(records), PublisherPosition.of(SEQUENCE, sequence));
      published += records.size();
    } catch (PublisherFencedException e) {
      throw new JobFailedException(
          "run %s is being published to topic %s by another process now: this one ends"
              .formatted(run.name(), topic),
          e);
    }
  }

  /** Returns the number of outcomes that this instance has published. */
  long published() {
    return published;
  }

  @Override
  public void close() {
    connected.ifPresent(
        open -> {
          open.watch().close();
          open.publisher().close();
        });
    connected = Optional.empty();
  }
}
