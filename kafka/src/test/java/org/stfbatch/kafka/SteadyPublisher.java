package org.stfbatch.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.stfbatch.kafka.message.MessageHeaders;

/**
 * Publishes 0, 1, 2 and so on, some per transaction, in a thread of its own until it is stopped.
 */
final class SteadyPublisher {

  private static final int A_TRANSACTION = 5;
  private static final long TIMEOUT_SECONDS = 120;

  private final KafkaSettings settings;
  private final PublisherTarget target;
  private final BrokerListener listener;
  private final AtomicBoolean enough = new AtomicBoolean();
  private final CompletableFuture<Void> work;

  /** Guarded by this. */
  private int published;

  SteadyPublisher(KafkaSettings settings, PublisherTarget target, BrokerListener listener) {
    this.settings = settings;
    this.target = target;
    this.listener = listener;
    this.work = CompletableFuture.runAsync(this::publish, task -> new Thread(task).start());
    work.whenComplete((nothing, error) -> wakeWaiting());
  }

  /** Returns the key of its messages. */
  String name() {
    return target.name();
  }

  /** Waits until this many more messages are published. */
  synchronized void awaitMore(int count) throws InterruptedException {
    int wanted = published + count;
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(TIMEOUT_SECONDS);
    while (published < wanted) {
      long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      assertThat(work).as(name()).isNotCompletedExceptionally();
      assertThat(left).as("%s has published %d of %d", name(), published, wanted).isPositive();
      wait(left);
    }
  }

  /**
   * Stops the publisher.
   *
   * @return the published messages
   */
  List<String> end() throws Exception {
    enough.set(true);
    work.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    return Wire.numbers(0, published());
  }

  private void publish() {
    try (PositionedPublisher publisher = new PositionedPublisher(settings, target, listener)) {
      publisher.open();
      while (!enough.get()) {
        int from = published();
        int to = from + A_TRANSACTION;
        publisher.publish(
            Wire.numbers(from, to).stream().map(this::record).toList(),
            PublisherPosition.of("next", to));
        setPublished(to);
      }
    }
  }

  private synchronized int published() {
    return published;
  }

  private synchronized void setPublished(int count) {
    published = count;
    notifyAll();
  }

  /** Wakes waiting threads after a failure. */
  private synchronized void wakeWaiting() {
    notifyAll();
  }

  private OutgoingRecord record(String text) {
    return OutgoingRecord.of(name(), Wire.bytes(text), MessageHeaders.NONE);
  }
}
