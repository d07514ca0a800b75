package org.stfbatch.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.stfbatch.kafka.message.MessageHeaders;
import org.stfbatch.kafka.message.MessageType;
import org.stfbatch.kafka.testing.TestBroker;

@Timeout(value = 300, unit = TimeUnit.SECONDS)
class PositionedPublisherTest {

  @RegisterExtension static final TestBroker BROKER = new TestBroker();

  @Test
  void aLaterPublisherGoesOnWhereTheLastOneCommitted() {
    String topic = BROKER.topic(3);
    try (PositionedPublisher publisher = publisher(topic, "run")) {
      assertThat(publisher.open()).isEmpty();
      publisher.publish(Wire.numberRecords(0, 10), PublisherPosition.of("sequence", 10));
      publisher.publish(List.of(), PublisherPosition.of(Map.of("sequence", 11L, "ü", -1L)));
    }
    try (PositionedPublisher publisher = publisher(topic, "run")) {
      assertThat(publisher.open())
          .contains(PublisherPosition.of(Map.of("sequence", 11L, "ü", -1L)));
    }
    try (PositionedPublisher publisher = publisher(topic, "run")) {
      assertThat(publisher.open().orElseThrow().get("sequence")).hasValue(11);
      publisher.publish(Wire.numberRecords(10, 20), PublisherPosition.of("sequence", 20));
    }
    try (PositionedPublisher other = publisher(topic, "other run")) {
      assertThat(other.open()).isEmpty();
    }
    assertThat(published(topic)).containsExactlyInAnyOrderElementsOf(Wire.numbers(0, 20));
  }

  @Test
  void messagesKeepKeyAndHeadersAndTheOrderOfTheirKey() {
    String topic = BROKER.topic(3);
    MessageHeaders headers = MessageType.ANSWER.headers(Optional.of("t"));
    try (PositionedPublisher publisher = publisher(topic, "run")) {
      publisher.open();
      for (int batch = 0; batch < 5; batch++) {
        publisher.publish(
            List.of(
                OutgoingRecord.of("a", Wire.bytes("a" + batch), headers),
                OutgoingRecord.of("b", Wire.bytes("b" + batch), headers)),
            PublisherPosition.of("sequence", batch));
      }
    }
    List<TopicRecord> records = Wire.readAll(BROKER.settings(), topic);
    assertThat(records).allSatisfy(r -> assertThat(r.headers()).isEqualTo(headers));
    for (String key : List.of("a", "b")) {
      assertThat(records.stream().filter(r -> r.keyText().orElseThrow().equals(key)))
          .extracting(Wire::text)
          .containsExactly(key + 0, key + 1, key + 2, key + 3, key + 4);
    }
  }

  @Test
  void makesTheTopicIfThereIsNone() {
    String topic = BROKER.newName();
    try (PositionedPublisher publisher = publisher(topic, "run")) {
      assertThat(publisher.open()).isEmpty();
      publisher.publish(Wire.numberRecords(0, 1), PublisherPosition.of("sequence", 1));
    }
    assertThat(published(topic)).containsExactly("0");
  }

  @Test
  void aTopicCreatedAgainGetsEverythingAgain() {
    String topic = BROKER.topic(1);
    try (PositionedPublisher publisher = publisher(topic, "run")) {
      publisher.open();
      publisher.publish(Wire.numberRecords(0, 1), PublisherPosition.of("sequence", 1));
    }
    Wire.deleteTopic(BROKER.settings(), topic);
    try (PositionedPublisher publisher = publisher(topic, "run")) {
      assertThat(publisher.open()).isEmpty();
    }
  }

  @Test
  void aNewerPublisherEndsAnOlderOne() {
    String topic = BROKER.topic(1);
    try (PositionedPublisher older = publisher(topic, "run");
        PositionedPublisher newer = publisher(topic, "run")) {
      older.open();
      older.publish(Wire.numberRecords(0, 5), PublisherPosition.of("sequence", 5));
      assertThat(newer.open()).contains(PublisherPosition.of("sequence", 5));

      assertThatThrownBy(
              () -> older.publish(Wire.numberRecords(5, 9), PublisherPosition.of("sequence", 9)))
          .isInstanceOf(PublisherFencedException.class)
          .hasMessage("another publisher has taken over run on topic " + topic + "; this one ends");
      newer.publish(Wire.numberRecords(5, 7), PublisherPosition.of("sequence", 7));
    }
    assertThat(published(topic)).containsExactlyElementsOf(Wire.numbers(0, 7));
  }

  @Test
  void ofPublishersThatStartAtOnceEachMessageComesOnce() throws Exception {
    String topic = BROKER.topic(1);
    int count = 3000;
    CountDownLatch go = new CountDownLatch(1);
    List<CompletableFuture<Boolean>> publishers =
        IntStream.range(0, 3)
            .mapToObj(i -> CompletableFuture.supplyAsync(() -> publishAll(topic, count, go)))
            .toList();
    go.countDown();
    int finished = 0;
    for (CompletableFuture<Boolean> publisher : publishers) {
      finished += publisher.get(60, TimeUnit.SECONDS) ? 1 : 0;
    }
    assertThat(finished).isPositive();
    assertThat(published(topic)).containsExactlyElementsOf(Wire.numbers(0, count));
  }

  @Test
  void isNotItsOwnSuccessorThoughTheBrokerRefusesIt() throws Exception {
    String topic = BROKER.topic(1);
    try (PositionedPublisher publisher = publisher(topic, "run");
        Admin admin = Wire.admin(BROKER.settings())) {
      publisher.open();
      publisher.publish(Wire.numberRecords(0, 5), PublisherPosition.of("sequence", 5));
      // The broker fences a publisher in this way if its transaction times out.
      admin
          .fenceProducers(List.of(new PublisherTarget(topic, "run").transactionalId()))
          .all()
          .get();

      publisher.publish(Wire.numberRecords(5, 9), PublisherPosition.of("sequence", 9));
    }
    assertThat(published(topic)).containsExactlyElementsOf(Wire.numbers(0, 9));
  }

  @Test
  void aTransactionOfAnotherPublisherHidesNoPosition() throws Exception {
    String topic = BROKER.topic(1);
    try (PositionedPublisher publisher = publisher(topic, "run")) {
      publisher.open();
      publisher.publish(Wire.numberRecords(0, 5), PublisherPosition.of("sequence", 5));
      try (var other = Wire.transactional(BROKER.settings(), topic + "-other")) {
        other.beginTransaction();
        other.send(
            new ProducerRecord<>(
                topic + ".stf-batch-positions", Wire.bytes("other"), Wire.bytes("underway")));
        other.flush();
        publisher.publish(Wire.numberRecords(5, 9), PublisherPosition.of("sequence", 9));
        RecordingListener listener = new RecordingListener();
        try (PositionedPublisher next =
            new PositionedPublisher(
                BROKER.settings(), new PublisherTarget(topic, "run"), listener)) {
          CompletableFuture<Optional<PublisherPosition>> opened =
              CompletableFuture.supplyAsync(next::open);
          listener.awaitWaiting("unfinished transaction");
          other.abortTransaction();
          assertThat(opened.get(20, TimeUnit.SECONDS))
              .contains(PublisherPosition.of("sequence", 9));
          listener.awaitResumed();
        }
      }
    }
  }

  @Test
  void publishesSomethingSmallerInPlaceOfWhatIsTooLarge() {
    String topic = BROKER.topic(1);
    OutgoingRecord large = OutgoingRecord.of("large", new byte[40 << 20], MessageHeaders.NONE);
    try (PositionedPublisher publisher = publisher(topic, "run")) {
      publisher.open();
      assertThatThrownBy(
              () -> publisher.publish(List.of(large), PublisherPosition.of("sequence", 1)))
          .isExactlyInstanceOf(BrokerException.class)
          .hasMessageContaining("OutgoingRecord[large] is too large for topic " + topic)
          .hasMessageContaining("max.message.bytes");

      OutgoingRecord small = OutgoingRecord.of("large", Wire.bytes("small"), MessageHeaders.NONE);
      List<OutgoingRecord> records =
          List.of(
              Wire.numberRecords(0, 1).get(0),
              large.orSmaller(() -> large.orSmaller(() -> small)),
              large.orLeftOut(),
              Wire.numberRecords(1, 2).get(0));
      publisher.publish(records, PublisherPosition.of("sequence", 3));
    }
    assertThat(published(topic)).containsExactly("0", "small", "1");
  }

  /** Many small messages in one batch exceed the topic's limit, too. */
  @Test
  void aTopicThatTakesLittleGetsWhatItTakesAndOneMessageHoldsUpNone() throws Exception {
    String topic = BROKER.newName();
    try (Admin admin = Wire.admin(BROKER.settings());
        PositionedPublisher publisher = publisher(topic, "run")) {
      admin
          .createTopics(
              List.of(
                  new NewTopic(topic, 1, (short) 1).configs(Map.of("max.message.bytes", "2000"))))
          .all()
          .get();
      publisher.open();
      OutgoingRecord small = OutgoingRecord.of("k", Wire.bytes("small"), MessageHeaders.NONE);
      List<OutgoingRecord> records = new ArrayList<>(Wire.numberRecords(0, 500));
      for (int size : List.of(1700, 1850, 1900, 2500, 50_000, 3 << 20)) {
        OutgoingRecord large = OutgoingRecord.of("k", new byte[size], MessageHeaders.NONE);
        records.add(
            large.orSmaller(
                () ->
                    OutgoingRecord.of("k", new byte[1990], MessageHeaders.NONE)
                        .orSmaller(() -> small)));
        records.add(large.orLeftOut());
      }
      records.addAll(Wire.numberRecords(500, 501));
      publisher.publish(records, PublisherPosition.of("sequence", 1));
      assertThat(publisher.open()).contains(PublisherPosition.of("sequence", 1));
    }
    List<String> values = published(topic);
    assertThat(values).startsWith("0").endsWith("500").hasSizeBetween(501 + 6, 501 + 10);
    assertThat(values.stream().filter("small"::equals).count()).isBetween(3L, 5L);
  }

  @Test
  void positionsMustNotBeForgotten() throws Exception {
    String topic = BROKER.topic(1);
    try (Admin admin = Wire.admin(BROKER.settings());
        PositionedPublisher publisher = publisher(topic, "run")) {
      NewTopic forgetful = new NewTopic(topic + ".stf-batch-positions", 1, (short) 1);
      admin.createTopics(List.of(forgetful)).all().get();

      assertThatThrownBy(publisher::open)
          .isExactlyInstanceOf(BrokerException.class)
          .message()
          .hasLineCount(1)
          .contains("cleanup.policy=delete", "compact");
    }
  }

  @Test
  void aStopEndsWaitingForABrokerThatIsNotThere() throws Exception {
    RecordingListener listener = new RecordingListener();
    try (PositionedPublisher publisher =
        new PositionedPublisher(Wire.nowhere(), new PublisherTarget("t", "run"), listener)) {
      CompletableFuture<?> opened = CompletableFuture.supplyAsync(publisher::open);
      listener.awaitWaiting("does not answer");
      publisher.stop();
      assertThat(opened.handle((p, error) -> error.getCause()).get(2, TimeUnit.SECONDS))
          .isInstanceOf(StoppedException.class);
    }
  }

  @Test
  void killedAgainAndAgainItPublishesEachMessageOnceAndInOrder() throws Exception {
    String topic = BROKER.topic(1);
    Random random = new Random();
    int count = 40_000;
    int kills = 0;
    boolean finished = false;
    while (!finished) {
      Process publisher = CountingPublisher.start(BROKER.clientProperties(), topic, count);
      // Skips log lines on the same stream, for example warnings about a slow broker.
      assertThat(publisher.inputReader().lines().anyMatch(line -> line.startsWith("open")))
          .isTrue();
      finished = publisher.waitFor(random.nextInt(20, 400), TimeUnit.MILLISECONDS);
      if (finished) {
        assertThat(publisher.exitValue()).isZero();
      } else {
        publisher.destroyForcibly();
        publisher.waitFor();
        kills++;
        finished = kills >= 8;
      }
    }
    Process last = CountingPublisher.start(BROKER.clientProperties(), topic, count);
    assertThat(last.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(last.exitValue()).isZero();

    assertThat(kills).isGreaterThan(2);
    assertThat(published(topic)).isEqualTo(Wire.numbers(0, count));
  }

  private static boolean publishAll(String topic, int count, CountDownLatch go) {
    try (PositionedPublisher publisher = publisher(topic, "run")) {
      go.await();
      int next =
          (int) publisher.open().map(p -> p.get("sequence").orElseThrow()).orElse(0L).longValue();
      while (next < count) {
        int to = Math.min(count, next + 10);
        publisher.publish(Wire.numberRecords(next, to), PublisherPosition.of("sequence", to));
        next = to;
      }
      return true;
    } catch (PublisherFencedException e) {
      return false;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static PositionedPublisher publisher(String topic, String name) {
    return new PositionedPublisher(
        BROKER.settings(), new PublisherTarget(topic, name), BrokerListener.logging());
  }

  private static List<String> published(String topic) {
    return Wire.texts(Wire.readAll(BROKER.settings(), topic));
  }
}
