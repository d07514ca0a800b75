package org.stfbatch.job.intake;

import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.batch.infrastructure.item.ItemStream;
import org.stfbatch.db.KafkaReader;
import org.stfbatch.job.KafkaConnection;
import org.stfbatch.job.StopSignal;
import org.stfbatch.kafka.DeadLetter;
import org.stfbatch.kafka.DeadLetters;
import org.stfbatch.kafka.TopicIdentity;

/** Sends unusable messages to the dead-letter topic; connects when there is a first one. */
final class DeadLetterSender implements MessageWriter.DeadLetterBox, ItemStream {
  private static final Logger LOG = LoggerFactory.getLogger(DeadLetterSender.class);

  private final KafkaReader reader;
  private final KafkaConnection kafka;
  private final StopSignal stop;
  private Optional<DeadLetters> deadLetters = Optional.empty();

  DeadLetterSender(KafkaReader reader, KafkaConnection kafka, StopSignal stop) {
    this.reader = reader;
    this.kafka = kafka;
    this.stop = stop;
  }

  @Override
  public void publish(TopicIdentity topic, List<DeadLetter> letters) {
    if (letters.isEmpty()) {
      return;
    }
    if (deadLetters.isEmpty()) {
      deadLetters =
          Optional.of(
              new DeadLetters(
                  kafka.settings(), reader.topic(), topic, reader.group(), kafka.listener()));
    }
    try (StopSignal.Watch watch = stop.whenRequested(deadLetters.get()::stop)) {
      deadLetters.get().publish(letters);
    }
    DeadLetter first = letters.get(0);
    LOG.warn(
        "{} unusable {} of topic {} went to its dead-letter topic; the first, partition {} offset {}: {}",
        letters.size(),
        letters.size() == 1 ? "message" : "messages",
        reader.topic(),
        first.record().partition(),
        first.record().offset(),
        first.reason());
  }

  @Override
  public void close() {
    deadLetters.ifPresent(DeadLetters::close);
  }
}
