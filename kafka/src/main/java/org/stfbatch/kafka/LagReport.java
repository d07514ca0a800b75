package org.stfbatch.kafka;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes a group's offsets, one report at a time, so that an older one never comes after a newer
 * one. While one is underway only the newest of the others is kept. For one thread.
 */
final class LagReport {

  private static final Logger LOG = LoggerFactory.getLogger(LagReport.class);

  private final Admin admin;
  private final String topic;
  private Optional<KafkaFuture<Void>> underway = Optional.empty();
  private Optional<Offsets> next = Optional.empty();
  private boolean failing;

  LagReport(Admin admin, String topic) {
    this.admin = admin;
    this.topic = topic;
  }

  private record Offsets(String group, Map<TopicPartition, OffsetAndMetadata> positions) {}

  void report(String group, Map<Integer, Long> offsets) {
    Map<TopicPartition, OffsetAndMetadata> positions = new HashMap<>();
    offsets.forEach(
        (partition, offset) ->
            positions.put(new TopicPartition(topic, partition), new OffsetAndMetadata(offset)));
    next = Optional.of(new Offsets(group, positions));
    if (hasEnded(Duration.ZERO)) {
      sendNext();
    }
  }

  /** Waits a little for what was reported to arrive. */
  void flush(Duration limit) {
    if (hasEnded(limit) && next.isPresent()) {
      sendNext();
      hasEnded(limit);
    }
  }

  private void sendNext() {
    Offsets offsets = next.orElseThrow();
    next = Optional.empty();
    underway =
        Optional.of(admin.alterConsumerGroupOffsets(offsets.group(), offsets.positions()).all());
  }

  private boolean hasEnded(Duration limit) {
    if (underway.isEmpty()) {
      return true;
    }
    try {
      underway.get().get(limit.toMillis(), TimeUnit.MILLISECONDS);
      failing = false;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException | CancellationException e) {
      logOnce(Problems.unwrap(e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
    underway = Optional.empty();
    return true;
  }

  private void logOnce(Throwable error) {
    if (!failing) {
      failing = true;
      LOG.warn(
          "Offsets for lag tools could not be written; nothing depends on them ({})",
          error.toString());
    }
  }
}
