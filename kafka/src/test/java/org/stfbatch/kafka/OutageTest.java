package org.stfbatch.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
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
  void whoeverUsesItWaitsSaysSoAndGoesOnWhereItWas() throws Exception {
    create("read", 2);
    create("idle", 1);
    create("publish", 1);
    Wire.send(broker.settings(), "read", 2, 0, COUNT);
    RecordingListener bounded = new RecordingListener();
    RecordingListener idle = new RecordingListener();
    RecordingListener publishing = new RecordingListener();
    AtomicInteger published = new AtomicInteger();
    AtomicBoolean enough = new AtomicBoolean();
    try (TopicReader reader = openedReader(bounded);
        TopicReader idleReader = openedIdleReader(idle)) {
      List<String> read = readSome(reader);
      CompletableFuture<Void> publisher =
          CompletableFuture.runAsync(() -> publish(publishing, published, enough));
      awaitPublished(published, 500, publisher);

      broker.kill();
      CompletableFuture<List<TopicRecord>> rest = restOf(reader);
      CompletableFuture<List<TopicRecord>> late = restOf(idleReader);
      bounded.awaitWaiting("does not answer");
      idle.awaitWaiting("does not answer");
      publishing.awaitWaiting("does not answer");
      broker.start();
      Wire.send(broker.settings(), "idle", 1, 0, 10);

      assertThat(Wire.texts(late.get(60, TimeUnit.SECONDS)))
          .as("time without a broker is no idle time")
          .isEqualTo(texts(10));
      read.addAll(Wire.texts(rest.get(60, TimeUnit.SECONDS)));
      assertThat(read).containsExactlyInAnyOrderElementsOf(texts(COUNT));
      bounded.awaitResumed();
      publishing.awaitResumed();

      awaitPublished(published, published.get() + 500, publisher);
      broker.kill();
      publishing.awaitWaiting("does not answer");
      broker.start();
      publishing.awaitResumed();
      enough.set(true);
      publisher.get(60, TimeUnit.SECONDS);
    }
    assertThat(Wire.texts(Wire.readAll(broker.settings(), "publish")))
        .isEqualTo(texts(published.get()));
  }

  private static TopicReader openedReader(RecordingListener listener) {
    TopicRequest request = TopicRequest.of("read", ReadBound.untilEnd()).atMost(50);
    TopicReader reader = new TopicReader(withSmallFetches(), request, listener);
    reader.open();
    return reader;
  }

  private static TopicReader openedIdleReader(RecordingListener listener) {
    TopicRequest request = TopicRequest.of("idle", ReadBound.idle(Duration.ofSeconds(2)));
    TopicReader reader = new TopicReader(broker.settings(), request, listener);
    reader.open();
    return reader;
  }

  private static List<String> readSome(TopicReader reader) {
    List<String> read = new ArrayList<>();
    while (read.size() < COUNT / 8) {
      read.addAll(Wire.texts(reader.poll(Duration.ofSeconds(5)).records()));
    }
    return read;
  }

  private static CompletableFuture<List<TopicRecord>> restOf(TopicReader reader) {
    return CompletableFuture.supplyAsync(() -> Wire.readToEnd(reader));
  }

  private static void awaitPublished(
      AtomicInteger published, int count, CompletableFuture<Void> publisher) {
    while (published.get() < count) {
      assertThat(publisher).isNotCompletedExceptionally();
      Thread.onSpinWait();
    }
  }

  private static void publish(
      RecordingListener listener, AtomicInteger published, AtomicBoolean enough) {
    try (PositionedPublisher publisher =
        new PositionedPublisher(
            withLittlePatience(), new PublisherTarget("publish", "run"), listener)) {
      publisher.open();
      while (!enough.get()) {
        int from = published.get();
        int to = from + 5;
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
