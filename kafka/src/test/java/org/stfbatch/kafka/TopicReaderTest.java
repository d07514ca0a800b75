package org.stfbatch.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.stfbatch.kafka.message.MessageHeaders;
import org.stfbatch.kafka.testing.TestBroker;

@Timeout(value = 300, unit = TimeUnit.SECONDS)
class TopicReaderTest {

  @RegisterExtension static final TestBroker BROKER = new TestBroker();

  private static final Duration SHORT = Duration.ofMillis(50);

  @Test
  void readsEachMessageOnceAndInOrderUpToTheEndOfNow() {
    String topic = BROKER.topic(3);
    Wire.send(BROKER.settings(), topic, 3, 0, 1000);
    try (TopicReader reader = reader(untilEnd(topic).atMost(7))) {
      reader.open();
      Wire.send(BROKER.settings(), topic, 3, 1000, 1100);

      List<TopicRecord> records = Wire.readToEnd(reader);

      for (int partition = 0; partition < 3; partition++) {
        int p = partition;
        assertThat(records.stream().filter(r -> r.partition() == p).map(Wire::text))
            .containsExactlyElementsOf(
                numbers(1000).filter(i -> i % 3 == p).mapToObj(Integer::toString).toList());
      }
      assertThat(reader.positions()).isEqualTo(new TreeMap<>(Map.of(0, 334L, 1, 333L, 2, 333L)));
    }
  }

  @Test
  void givesKeyHeadersTimeAndMissingValues() {
    String topic = BROKER.topic(1);
    try (KafkaProducer<byte[], byte[]> producer = Wire.producer(BROKER.settings(), Map.of())) {
      ProducerRecord<byte[], byte[]> full =
          new ProducerRecord<>(topic, 0, 1234L, Wire.bytes("k"), Wire.bytes("v"));
      full.headers().add("trace-id", Wire.bytes("t")).add("nothing", null);
      producer.send(full);
      producer.send(new ProducerRecord<>(topic, 0, null, null));
    }

    List<TopicRecord> records = Wire.readAll(BROKER.settings(), topic);

    TopicRecord full = records.get(0);
    assertThat(full.keyText()).contains("k");
    assertThat(full.timestamp()).isEqualTo(1234);
    assertThat(full.headers().text(MessageHeaders.TRACE_ID)).contains("t");
    assertThat(full.headers().has("nothing")).isTrue();
    assertThat(full.headers().text("nothing")).isEmpty();
    TopicRecord empty = records.get(1);
    assertThat(empty.key()).isNull();
    assertThat(empty.value()).isNull();
    assertThat(empty.headers()).isEqualTo(MessageHeaders.NONE);
  }

  @Test
  void goesOnWhereItWasAtAnyMoment() {
    String topic = BROKER.topic(2);
    Wire.send(BROKER.settings(), topic, 2, 0, 500);
    Random random = new Random(5);
    SortedMap<Integer, Long> next = new TreeMap<>();
    List<String> read = new ArrayList<>();
    boolean ended = false;
    while (!ended) {
      try (TopicReader reader = reader(untilEnd(topic).from(next).atMost(40))) {
        reader.open();
        for (int batches = random.nextInt(4); batches >= 0 && !reader.ended(); batches--) {
          List<TopicRecord> records = reader.poll(Duration.ofSeconds(5)).records();
          for (TopicRecord record : records.subList(0, random.nextInt(records.size() + 1))) {
            read.add(Wire.text(record));
            next.put(record.partition(), record.nextOffset());
          }
          if (records.stream().anyMatch(r -> next.getOrDefault(r.partition(), 0L) <= r.offset())) {
            break;
          }
        }
        ended = read.size() == 500;
      }
    }
    assertThat(read).hasSize(500).doesNotHaveDuplicates();
  }

  @Test
  void endsBehindMarksOfTransactionsAndGivesWhatIsCommittedOnly() {
    String topic = BROKER.topic(1);
    try (var producer = Wire.transactional(BROKER.settings(), topic)) {
      producer.beginTransaction();
      producer.send(Wire.record(topic, 0, "a"));
      producer.commitTransaction();
      producer.beginTransaction();
      producer.send(Wire.record(topic, 0, "aborted"));
      producer.flush();
      producer.abortTransaction();
      producer.beginTransaction();
      producer.send(Wire.record(topic, 0, "b"));
      producer.commitTransaction();
    }
    SortedMap<Integer, Long> end;
    assertThat(Wire.texts(Wire.readAll(BROKER.settings(), topic))).containsExactly("a", "b");
    try (TopicReader reader = reader(untilEnd(topic))) {
      reader.open();
      Wire.readToEnd(reader);
      end = reader.positions();
      assertThat(end).containsEntry(0, 6L);
    }
    try (TopicReader reader = reader(untilEnd(topic).from(end))) {
      reader.open();
      assertThat(reader.ended()).isTrue();
      assertThat(reader.poll(Duration.ofSeconds(30)).records()).isEmpty();
    }
  }

  @Test
  void endsThoughNothingButAbortedMessagesIsLeft() {
    String topic = BROKER.topic(1);
    try (var producer = Wire.transactional(BROKER.settings(), topic)) {
      producer.beginTransaction();
      producer.send(Wire.record(topic, 0, "aborted"));
      producer.flush();
      producer.abortTransaction();
    }
    assertThat(Wire.readAll(BROKER.settings(), topic)).isEmpty();
  }

  @Test
  void leavesATransactionThatIsUnderwayToTheNextReader() {
    String topic = BROKER.topic(1);
    try (var producer = Wire.transactional(BROKER.settings(), topic)) {
      Wire.send(BROKER.settings(), topic, 1, 0, 1);
      producer.beginTransaction();
      producer.send(Wire.record(topic, 0, "late"));
      producer.flush();
      Wire.send(BROKER.settings(), topic, 1, 1, 2);
      SortedMap<Integer, Long> next;
      try (TopicReader reader = reader(untilEnd(topic))) {
        reader.open();
        assertThat(Wire.texts(Wire.readToEnd(reader))).containsExactly("0");
        next = reader.positions();
      }
      producer.commitTransaction();
      assertThat(Wire.readAll(BROKER.settings(), topic)).hasSize(3);
      try (TopicReader reader = reader(untilEnd(topic).from(next))) {
        reader.open();
        assertThat(Wire.texts(Wire.readToEnd(reader))).containsExactly("late", "1");
      }
    }
  }

  @Test
  void anEmptyTopicEndsAtOnce() {
    try (TopicReader reader = reader(untilEnd(BROKER.topic(4)))) {
      reader.open();
      assertThat(reader.ended()).isTrue();
    }
  }

  @Test
  void givesALargeMessage() {
    String topic = BROKER.topic(1);
    String large = "x".repeat(20 << 20);
    try (var producer = Wire.producer(BROKER.settings(), Map.of())) {
      producer.send(Wire.record(topic, 0, large));
    }
    assertThat(Wire.texts(Wire.readAll(BROKER.settings(), topic))).containsExactly(large);
  }

  @Test
  void tellsHowManyMessagesRetentionTookAway() {
    String topic = BROKER.topic(2);
    Wire.send(BROKER.settings(), topic, 2, 0, 20);
    deleteBefore(topic, 1, 7);

    TopicRequest request = untilEnd(topic).from(Map.of(0, 0L, 1, 3L));
    OffsetGapException gap;
    try (TopicReader reader = reader(request)) {
      gap = catchThrowableOfType(OffsetGapException.class, reader::open);
    }
    assertThat(gap.topic()).isEqualTo(topic);
    assertThat(gap.partition()).isEqualTo(1);
    assertThat(gap.missing()).isEqualTo(4);
    assertThat(gap)
        .message()
        .hasLineCount(1)
        .contains(topic, "lost 4 messages", "partition 1", "offsets 3 to 6");

    try (TopicReader reader = reader(request.acceptingGaps())) {
      reader.open();
      assertThat(Wire.readToEnd(reader)).hasSize(13);
    }
  }

  @Test
  void aPartitionNeverReadBeginsWhereItBeginsNow() {
    String topic = BROKER.topic(1);
    Wire.send(BROKER.settings(), topic, 1, 0, 10);
    deleteBefore(topic, 0, 4);

    assertThat(Wire.readAll(BROKER.settings(), topic)).hasSize(6);
  }

  @Test
  void noticesMessagesThatVanishWhileItReads() {
    String topic = BROKER.topic(1);
    try (TopicReader reader = reader(TopicRequest.of(topic, ReadBound.follow()))) {
      reader.open();
      Wire.send(BROKER.settings(), topic, 1, 0, 5);
      deleteBefore(topic, 0, 5);

      assertThatThrownBy(() -> pollUntil(reader, 1))
          .isInstanceOf(OffsetGapException.class)
          .hasMessageContaining("lost 5 messages");
    }
  }

  @Test
  void offsetsBeyondTheEndBelongToAnotherTopic() {
    String topic = BROKER.topic(1);
    Wire.send(BROKER.settings(), topic, 1, 0, 5);

    try (TopicReader reader = reader(untilEnd(topic).from(Map.of(0, 6L)))) {
      assertThatThrownBy(reader::open)
          .isInstanceOf(TopicReplacedException.class)
          .hasMessageContaining("ends at offset 5, but 6 is next");
    }
    try (TopicReader reader = reader(untilEnd(topic).from(Map.of(1, 0L)))) {
      assertThatThrownBy(reader::open)
          .isInstanceOf(TopicReplacedException.class)
          .hasMessageContaining("no partition 1");
    }
  }

  @Test
  void aTopicCreatedAgainIsAnother() throws Exception {
    String topic = BROKER.topic(1);
    Wire.send(BROKER.settings(), topic, 1, 0, 5);
    TopicIdentity identity;
    try (TopicReader reader = reader(untilEnd(topic))) {
      identity = reader.open();
    }
    try (TopicReader reader = reader(untilEnd(topic).expecting(identity))) {
      assertThat(reader.open()).isEqualTo(identity);
    }
    try (TopicReader follower =
        reader(TopicRequest.of(topic, ReadBound.follow()).expecting(identity))) {
      follower.open();
      replace(topic);
      Wire.send(BROKER.settings(), topic, 1, 0, 5);

      assertThatThrownBy(() -> pollUntil(follower, 1000))
          .isInstanceOf(TopicReplacedException.class)
          .message()
          .hasLineCount(1)
          .contains(topic);
    }
    try (TopicReader reader = reader(untilEnd(topic).expecting(identity))) {
      assertThatThrownBy(reader::open)
          .isInstanceOf(TopicReplacedException.class)
          .hasMessageContaining("deleted and created again");
    }
    try (TopicReader reader =
        reader(untilEnd(topic).expecting(new TopicIdentity("other", identity.topicId())))) {
      assertThatThrownBy(reader::open).hasMessageContaining("another cluster");
    }
  }

  @Test
  void aMissingTopicIsToldAtOnceUnlessItIsFollowed() throws Exception {
    String topic = BROKER.newName();
    try (TopicReader reader = reader(untilEnd(topic))) {
      assertThatThrownBy(reader::open)
          .isInstanceOf(TopicNotFoundException.class)
          .hasMessageContaining("there is no topic " + topic);
    }
    RecordingListener listener = new RecordingListener();
    try (TopicReader reader =
        new TopicReader(BROKER.settings(), TopicRequest.of(topic, ReadBound.follow()), listener)) {
      CompletableFuture<TopicIdentity> opened = CompletableFuture.supplyAsync(reader::open);
      listener.awaitWaiting("there is no topic " + topic);
      try (TopicAdmin admin = new TopicAdmin(BROKER.settings(), listener)) {
        assertThat(admin.create(topic, 2)).isTrue();
        assertThat(admin.create(topic, 3)).isFalse();
      }
      opened.get(10, TimeUnit.SECONDS);
      Wire.send(BROKER.settings(), topic, 2, 0, 10);
      assertThat(pollUntil(reader, 10)).hasSize(10);
      assertThat(reader.ended()).isFalse();
      assertThat(listener.appearances()).containsExactly(topic);
      assertThat(listener.waits()).as("told once, and of no broker that is away").isEmpty();
      assertThat(listener.resumptions()).isZero();
    }
  }

  @Test
  void readsNewPartitionsFromTheirBeginning() throws Exception {
    String topic = BROKER.topic(1);
    Wire.send(BROKER.settings(), topic, 1, 0, 10);
    try (TopicReader reader = reader(TopicRequest.of(topic, ReadBound.follow()));
        Admin admin = Wire.admin(BROKER.settings())) {
      reader.open();
      assertThat(pollUntil(reader, 10)).hasSize(10);
      admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(3))).all().get();
      Wire.send(BROKER.settings(), topic, 3, 10, 40);

      assertThat(Wire.texts(pollUntil(reader, 30)))
          .containsExactlyInAnyOrderElementsOf(
              IntStream.range(10, 40).mapToObj(Integer::toString).toList());
      assertThat(reader.positions()).isEqualTo(new TreeMap<>(Map.of(0, 20L, 1, 10L, 2, 10L)));
    }
  }

  @Test
  void endsWhenNoMessageComesForAWhile() {
    String topic = BROKER.topic(1);
    Wire.send(BROKER.settings(), topic, 1, 0, 10);
    try (TopicReader reader =
        reader(TopicRequest.of(topic, ReadBound.idle(Duration.ofSeconds(1))))) {
      reader.open();
      long started = System.nanoTime();
      assertThat(Wire.readToEnd(reader)).hasSize(10);
      assertThat(Duration.ofNanos(System.nanoTime() - started))
          .isBetween(Duration.ofSeconds(1), Duration.ofSeconds(10));
      assertThat(reader.stopped()).isFalse();
    }
  }

  @Test
  void aPollComesBackAfterItsLimit() {
    try (TopicReader reader = reader(TopicRequest.of(BROKER.topic(1), ReadBound.follow()))) {
      reader.open();
      long started = System.nanoTime();
      assertThat(reader.poll(SHORT).isEmpty()).isTrue();
      assertThat(Duration.ofNanos(System.nanoTime() - started))
          .isBetween(SHORT, Duration.ofSeconds(5));
    }
  }

  @Test
  void aStopEndsAPollSoon() throws Exception {
    TopicReader reader = reader(TopicRequest.of(BROKER.topic(1), ReadBound.follow()));
    reader.open();
    CompletableFuture<TopicBatch> poll =
        CompletableFuture.supplyAsync(() -> reader.poll(Duration.ofMinutes(5)));

    reader.stop();

    assertThat(poll.get(2, TimeUnit.SECONDS).isEmpty()).isTrue();
    assertThat(reader.ended()).isTrue();
    assertThat(reader.stopped()).isTrue();
    reader.close();
    reader.stop();
  }

  @Test
  void aStopEndsWaitingForABrokerThatIsNotThere() throws Exception {
    RecordingListener listener = new RecordingListener();
    TopicRequest request = untilEnd("any");
    try (TopicReader reader = new TopicReader(Wire.nowhere(), request, listener)) {
      CompletableFuture<TopicIdentity> opened = CompletableFuture.supplyAsync(reader::open);
      listener.awaitWaiting("the Kafka broker at 127.0.0.1:9 does not answer");

      reader.stop();

      assertThat(opened.handle((id, error) -> error.getCause()).get(2, TimeUnit.SECONDS))
          .isInstanceOf(StoppedException.class);
    }
  }

  @Test
  void anAddressThatIsNoneIsToldAtOnce() {
    assertThatThrownBy(
            () ->
                new TopicReader(
                    KafkaSettings.of("nowhere"), untilEnd("t"), new RecordingListener()))
        .isInstanceOf(BrokerException.class)
        .message()
        .hasLineCount(1)
        .contains("nowhere");
  }

  @Test
  void writesOffsetsForLagTools() {
    String topic = BROKER.topic(2);
    Wire.send(BROKER.settings(), topic, 2, 0, 10);
    String group = topic + "-group";
    try (TopicAdmin admin = new TopicAdmin(BROKER.settings(), new RecordingListener())) {
      // Makes a new broker create its topic of offsets, for which a commit does not wait.
      assertThat(admin.groupOffsets(group, topic)).isEmpty();
      try (TopicReader reader = reader(untilEnd(topic))) {
        reader.open();
        Wire.readToEnd(reader);
        for (long offset = 0; offset < 5; offset++) {
          reader.commitForLagTools(group, Map.of(0, offset, 1, offset));
        }
        reader.commitForLagTools(group, reader.positions());
      }
      assertThat(admin.groupOffsets(group, topic)).isEqualTo(new TreeMap<>(Map.of(0, 5L, 1, 5L)));
      TopicAdmin.TopicState state = admin.find(topic).orElseThrow();
      assertThat(state.ends()).isEqualTo(new TreeMap<>(Map.of(0, 5L, 1, 5L)));
      assertThat(state.beginnings()).isEqualTo(new TreeMap<>(Map.of(0, 0L, 1, 0L)));
    }
  }

  private static TopicRequest untilEnd(String topic) {
    return TopicRequest.of(topic, ReadBound.untilEnd());
  }

  private static TopicReader reader(TopicRequest request) {
    return Wire.reader(BROKER.settings(), request);
  }

  private static IntStream numbers(int count) {
    return IntStream.range(0, count);
  }

  private static List<TopicRecord> pollUntil(TopicReader reader, int count) {
    List<TopicRecord> records = new ArrayList<>();
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (records.size() < count && System.nanoTime() < deadline) {
      records.addAll(reader.poll(Duration.ofSeconds(1)).records());
    }
    return records;
  }

  private static void deleteBefore(String topic, int partition, long offset) {
    try (Admin admin = Wire.admin(BROKER.settings())) {
      admin
          .deleteRecords(
              Map.of(new TopicPartition(topic, partition), RecordsToDelete.beforeOffset(offset)))
          .all()
          .toCompletionStage()
          .toCompletableFuture()
          .join();
    }
  }

  private static void replace(String topic) {
    Wire.deleteTopic(BROKER.settings(), topic);
    try (TopicAdmin topics = new TopicAdmin(BROKER.settings(), new RecordingListener())) {
      topics.create(topic, 1);
    }
  }
}
