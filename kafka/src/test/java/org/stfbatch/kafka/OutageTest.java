package org.stfbatch.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.stfbatch.kafka.message.MessageHeaders;
import org.stfbatch.kafka.testing.OwnBroker;

/** The broker goes away and comes back while it is used. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class OutageTest {

  private static final int COUNT = 2000;

  @TempDir static Path home;
  private static OwnBroker broker;

  @BeforeAll
  static void startBroker() {
    broker = new OwnBroker(home);
  }

  @AfterAll
  static void stopBroker() {
    broker.close();
  }

  @Test
  void aReaderWaitsSaysSoAndGoesOnWhereItWas() throws Exception {
    create("read", 2);
    Wire.send(broker.settings(), "read", 2, 0, COUNT);
    RecordingListener listener = new RecordingListener();
    TopicRequest request = TopicRequest.of("read", ReadBound.untilEnd()).atMost(50);
    List<String> read = new ArrayList<>();
    try (TopicReader reader = new TopicReader(withSmallFetches(), request, listener)) {
      reader.open();
      while (read.size() < 300) {
        read.addAll(Wire.texts(reader.poll(Duration.ofSeconds(5)).records()));
      }
      broker.kill();
      CompletableFuture<List<TopicRecord>> rest =
          CompletableFuture.supplyAsync(() -> Wire.readToEnd(reader));
      listener.awaitWaiting("does not answer");
      broker.start();
      read.addAll(Wire.texts(rest.get(60, TimeUnit.SECONDS)));
      listener.awaitResumed();
    }
    assertThat(read).containsExactlyInAnyOrderElementsOf(texts(COUNT));
  }

  @Test
  void timeWithoutABrokerIsNotIdleTime() throws Exception {
    create("idle", 1);
    RecordingListener listener = new RecordingListener();
    TopicRequest request = TopicRequest.of("idle", ReadBound.idle(Duration.ofSeconds(2)));
    try (TopicReader reader = new TopicReader(broker.settings(), request, listener)) {
      reader.open();
      broker.stop();
      CompletableFuture<List<TopicRecord>> all =
          CompletableFuture.supplyAsync(() -> Wire.readToEnd(reader));
      listener.awaitWaiting("does not answer");
      broker.start();
      Wire.send(broker.settings(), "idle", 1, 0, 10);

      assertThat(Wire.texts(all.get(30, TimeUnit.SECONDS))).isEqualTo(texts(10));
    }
  }

  @Test
  void aPublisherWaitsSaysSoAndPublishesEachMessageOnce() throws Exception {
    create("publish", 1);
    RecordingListener listener = new RecordingListener();
    AtomicInteger published = new AtomicInteger();
    CompletableFuture<Void> publisher =
        CompletableFuture.runAsync(() -> publish(listener, published));
    for (int outage = 1; outage <= 2; outage++) {
      int enough = outage * COUNT / 4;
      while (published.get() < enough) {
        assertThat(publisher).isNotCompletedExceptionally();
        Thread.onSpinWait();
      }
      broker.kill();
      listener.awaitWaiting("does not answer");
      broker.start();
      listener.awaitResumed();
    }
    publisher.get(60, TimeUnit.SECONDS);

    assertThat(Wire.texts(Wire.readAll(broker.settings(), "publish"))).isEqualTo(texts(COUNT));
  }

  private static void publish(RecordingListener listener, AtomicInteger published) {
    try (PositionedPublisher publisher =
        new PositionedPublisher(
            withLittlePatience(), new PublisherTarget("publish", "run"), listener)) {
      publisher.open();
      while (published.get() < COUNT) {
        int from = published.get();
        int to = Math.min(COUNT, from + 5);
        publisher.publish(
            IntStream.range(from, to)
                .mapToObj(Integer::toString)
                .map(text -> OutgoingRecord.of(text, Wire.bytes(text), MessageHeaders.NONE))
                .toList(),
            PublisherPosition.of("next", to));
        published.set(to);
      }
    }
  }

  private static void create(String topic, int partitions) {
    try (TopicAdmin admin = new TopicAdmin(broker.settings(), BrokerListener.logging())) {
      admin.create(topic, partitions);
    }
  }

  /** So that most messages are still at the broker when it goes. */
  private static KafkaSettings withSmallFetches() {
    return KafkaSettings.of(
        broker.settings().bootstrapServers(),
        Map.of("fetch.max.bytes", "1000", "max.partition.fetch.bytes", "1000"));
  }

  /** So that a transaction is given up before the broker is back. */
  private static KafkaSettings withLittlePatience() {
    return KafkaSettings.of(
        broker.settings().bootstrapServers(),
        Map.of(
            "request.timeout.ms", "500",
            "delivery.timeout.ms", "1000",
            "default.api.timeout.ms", "600",
            "max.block.ms", "700",
            "transaction.timeout.ms", "1000"));
  }

  private static List<String> texts(int count) {
    return IntStream.range(0, count).mapToObj(Integer::toString).toList();
  }
}
