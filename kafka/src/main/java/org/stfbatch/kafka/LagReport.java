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
 * Asynchronous writer of a consumer group's offsets, for lag tools. Sends one report at a time, so
 * that an older report never overwrites a newer one; while one is in flight, only the newest of the
 * others is kept. For one thread.
 */
final class LagReport {

  private static final Logger LOG = LoggerFactory.getLogger(LagReport.class);

  private final Admin admin;
  private final String topic;
  private Optional<KafkaFuture<Void>> inFlight = Optional.empty();
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

  /** Waits up to the limit for the latest report to be sent and answered. */
  void flush(Duration limit) {
    if (hasEnded(limit) && next.isPresent()) {
      sendNext();
      hasEnded(limit);
    }
  }

  private void sendNext() {
    Offsets offsets = next.orElseThrow();
    next = Optional.empty();
    inFlight =
        Optional.of(admin.alterConsumerGroupOffsets(offsets.group(), offsets.positions()).all());
  }

  private boolean hasEnded(Duration limit) {
    if (inFlight.isEmpty()) {
      return true;
    }
    try {
      inFlight.get().get(limit.toMillis(), TimeUnit.MILLISECONDS);
      failing = false;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException | CancellationException e) {
      logOnce(Problems.unwrap(e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
    inFlight = Optional.empty();
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
