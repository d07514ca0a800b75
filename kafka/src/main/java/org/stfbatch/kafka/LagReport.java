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

/** Writes a group's offsets, one report at a time; the newest one wins. For one thread. */
final class LagReport {

  private static final Logger LOG = LoggerFactory.getLogger(LagReport.class);

  private final Admin admin;
  private final String topic;
  private Optional<KafkaFuture<Void>> underway = Optional.empty();
  private boolean failing;

  LagReport(Admin admin, String topic) {
    this.admin = admin;
    this.topic = topic;
  }

  void report(String group, Map<Integer, Long> offsets) {
    await(Duration.ZERO);
    Map<TopicPartition, OffsetAndMetadata> positions = new HashMap<>();
    offsets.forEach(
        (partition, offset) ->
            positions.put(new TopicPartition(topic, partition), new OffsetAndMetadata(offset)));
    underway = Optional.of(admin.alterConsumerGroupOffsets(group, positions).all());
  }

  /** Waits a little for the last report and logs how it went. */
  void await(Duration limit) {
    if (underway.isEmpty()) {
      return;
    }
    try {
      underway.get().get(limit.toMillis(), TimeUnit.MILLISECONDS);
      underway = Optional.empty();
      failing = false;
    } catch (TimeoutException e) {
      LOG.debug("The last offsets for lag tools are still on their way", e);
    } catch (ExecutionException | CancellationException e) {
      underway = Optional.empty();
      logOnce(Problems.unwrap(e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
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
