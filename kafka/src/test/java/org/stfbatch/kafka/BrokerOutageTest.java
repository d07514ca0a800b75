package org.stfbatch.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.stfbatch.kafka.testing.OwnBroker;

/** Outages of the broker during use. */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class BrokerOutageTest {

  private static final int COUNT = 2000;
  private static final int PUBLISHERS = 32;
  private static final int CRASHES = 2;

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
    try (TopicReader reader = openedReader(bounded);
        TopicReader idleReader = openedIdleReader(idle)) {
      List<String> read = readSome(reader);
      SteadyPublisher publisher = publisher("publish", "run", publishing);
      publisher.awaitMore(500);

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
          .isEqualTo(Wire.numbers(0, 10));
      read.addAll(Wire.texts(rest.get(60, TimeUnit.SECONDS)));
      assertThat(read).containsExactlyInAnyOrderElementsOf(Wire.numbers(0, COUNT));
      bounded.awaitResumed();
      publishing.awaitResumed();

      publisher.awaitMore(500);
      broker.kill();
      publishing.awaitWaiting("does not answer");
      broker.start();
      publishing.awaitResumed();
      List<String> published = publisher.end();
      assertThat(Wire.texts(Wire.readAll(broker.settings(), "publish"))).isEqualTo(published);
    }
  }

  /**
   * With this many publishers, some commit is probably final but without transaction markers yet.
   */
  @Test
  void allPublishersGoOnAfterCrashesAndNothingIsLost() throws Exception {
    create("shared", 1);
    List<SteadyPublisher> publishers =
        IntStream.range(0, PUBLISHERS)
            .mapToObj(i -> publisher("shared", "publisher-" + i, new RecordingListener()))
            .toList();
    awaitMore(publishers);
    for (int crash = 0; crash < CRASHES; crash++) {
      broker.kill();
      broker.start();
      awaitMore(publishers);
    }
    Map<String, List<String>> published = new HashMap<>();
    for (SteadyPublisher publisher : publishers) {
      published.put(publisher.name(), publisher.end());
    }
    assertThat(textsByKey(Wire.readAll(broker.settings(), "shared"))).isEqualTo(published);
  }

  private static SteadyPublisher publisher(String topic, String name, BrokerListener listener) {
    return new SteadyPublisher(withLittlePatience(), new PublisherTarget(topic, name), listener);
  }

  private static void awaitMore(List<SteadyPublisher> publishers) throws InterruptedException {
    for (SteadyPublisher publisher : publishers) {
      publisher.awaitMore(20);
    }
  }

  private static Map<String, List<String>> textsByKey(List<TopicRecord> records) {
    return records.stream()
        .collect(
            Collectors.groupingBy(
                record -> record.keyText().orElseThrow(),
                Collectors.mapping(Wire::text, Collectors.toList())));
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

  private static void create(String topic, int partitions) {
    try (TopicAdmin admin = new TopicAdmin(broker.settings(), BrokerListener.logging())) {
      admin.create(topic, partitions);
    }
  }

  /** Leaves most messages at the broker when the outage starts. */
  private static KafkaSettings withSmallFetches() {
    return with(Map.of("fetch.max.bytes", "1000", "max.partition.fetch.bytes", "1000"));
  }

  /** Lets a transaction time out before the broker is available again. */
  private static KafkaSettings withLittlePatience() {
    return with(
        Map.of(
            "request.timeout.ms", "500",
            "delivery.timeout.ms", "1000",
            "default.api.timeout.ms", "600",
            "max.block.ms", "700",
            "transaction.timeout.ms", "1000"));
  }

  private static KafkaSettings with(Map<String, String> more) {
    Map<String, String> properties = new HashMap<>(broker.settings().properties());
    properties.putAll(more);
    return KafkaSettings.of(broker.settings().bootstrapServers(), properties);
  }
}
