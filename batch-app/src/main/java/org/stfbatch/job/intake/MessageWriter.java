package org.stfbatch.job.intake;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.batch.infrastructure.item.Chunk;
import org.springframework.batch.infrastructure.item.ItemWriter;
import org.stfbatch.base.Shortened;
import org.stfbatch.db.ImageJobStore;
import org.stfbatch.db.KafkaReader;
import org.stfbatch.db.KafkaReaderStore;
import org.stfbatch.db.KnownJobStore;
import org.stfbatch.db.NewImageJob;
import org.stfbatch.job.Progress;
import org.stfbatch.kafka.DeadLetter;
import org.stfbatch.kafka.TopicIdentity;

/** Item writer that stores jobs, failures and offsets in the batch's transaction. */
final class MessageWriter implements ItemWriter<MessageBatch> {
  private static final Logger LOG = LoggerFactory.getLogger(MessageWriter.class);

  private final TopicPositions positions;
  private final long runId;
  private final KafkaReaderStore readers;
  private final ImageJobStore jobs;
  private final KnownJobStore known;
  private final DeadLetterBox deadLetters;
  private final Progress progress;
  private final Map<Integer, Long> stored = new HashMap<>();
  private IntakeResult committed = IntakeResult.NOTHING;
  private IntakeResult pending = IntakeResult.NOTHING;
  private long expected;

  /** Receives unusable messages, each exactly once even after a restart. */
  @FunctionalInterface
  interface DeadLetterBox {
    void publish(TopicIdentity topic, List<DeadLetter> letters);
  }

  /**
   * @param runId the run that is stored with the offsets
   */
  MessageWriter(
      TopicPositions positions,
      long runId,
      KafkaReaderStore readers,
      ImageJobStore jobs,
      KnownJobStore known,
      DeadLetterBox deadLetters,
      Progress progress) {
    this.positions = positions;
    this.runId = runId;
    this.readers = readers;
    this.jobs = jobs;
    this.known = known;
    this.deadLetters = deadLetters;
    this.progress = progress;
  }

  @Override
  public void write(Chunk<? extends MessageBatch> batches) {
    batches.forEach(this::write);
  }

  /**
   * Sends dead letters before the commit: if they were sent after it, a kill in between could lose
   * them. Repeated ones are recognized by their offsets.
   */
  private void write(MessageBatch batch) {
    committed = committed.plus(pending);
    pending = IntakeResult.NOTHING;
    reportExpected();
    deadLetters.publish(batch.topic(), batch.unusable());
    long added = 0;
    long addedHere = 0;
    long changed = 0;
    for (Map.Entry<Long, List<NewImageJob>> run : batch.jobs().entrySet()) {
      int inserted = jobs.insert(run.getKey(), run.getValue());
      added += inserted;
      addedHere += run.getKey() == runId ? inserted : 0;
      changed += inserted < run.getValue().size() ? changed(run.getKey(), run.getValue()) : 0;
    }
    if (stored.isEmpty()) {
      stored.putAll(batch.begunAt());
    }
    move(positions.reader(), batch.positions());
    pending =
        new IntakeResult(
            batch.messages(),
            added,
            batch.messages() - added,
            changed,
            batch.unusable().size(),
            false);
    progress.advanced(new Progress.Step(batch.messages(), batch.unusable().size()));
    expected = addedHere;
  }

  /** Returns the number of ids whose messages have other content than the run's jobs. */
  private long changed(long run, List<NewImageJob> messages) {
    Set<String> ids = known.withOtherContent(run, messages).keySet();
    if (!ids.isEmpty()) {
      LOG.warn(
          "{} known {} with other content, kept as in the run ({}): use another id or another run",
          ids.size(),
          ids.size() == 1 ? "id" : "ids",
          Shortened.given(String.join(", ", ids)));
    }
    return ids.size();
  }

  private void move(KafkaReader reader, Map<Integer, Long> next) {
    beginNew(reader, next);
    List<KafkaReaderStore.Move> moves = new ArrayList<>();
    next.forEach(
        (partition, offset) -> {
          long before = stored.put(partition, offset);
          if (before != offset) {
            moves.add(new KafkaReaderStore.Move(partition, before, offset));
          }
        });
    if (!moves.isEmpty()) {
      readers.move(reader, moves, OptionalLong.of(runId));
    }
  }

  /** Stores the beginning of partitions that were added to the topic while it was read. */
  private void beginNew(KafkaReader reader, Map<Integer, Long> next) {
    Map<Integer, Long> fresh = new HashMap<>();
    next.keySet().stream()
        .filter(partition -> !stored.containsKey(partition))
        .forEach(partition -> fresh.put(partition, 0L));
    if (!fresh.isEmpty()) {
      readers.begin(reader, reader.known().orElseThrow(), fresh);
      stored.putAll(fresh);
    }
  }

  /**
   * Reports added jobs only after their commit, because a batch that is rolled back is read again.
   */
  private void reportExpected() {
    progress.expected(expected);
    expected = 0;
  }

  /**
   * Ends the step and returns what was done.
   *
   * @param lastCounts whether the last batch was committed, too
   */
  IntakeResult end(boolean lastCounts) {
    if (lastCounts) {
      reportExpected();
    }
    return lastCounts ? committed.plus(pending) : committed;
  }
}
