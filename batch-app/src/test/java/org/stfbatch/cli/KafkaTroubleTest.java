package org.stfbatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.stfbatch.db.KafkaReaderStore;
import org.stfbatch.db.RunStore;
import org.stfbatch.db.testing.TestDatabase;
import org.stfbatch.kafka.OutgoingRecord;
import org.stfbatch.kafka.message.GenerationSettings;
import org.stfbatch.kafka.message.ImageJobMessage;
import org.stfbatch.kafka.message.ImageReference;
import org.stfbatch.kafka.message.MessageType;
import org.stfbatch.kafka.testing.TestBroker;
import org.stfbatch.testing.Topics;

/** Commands end when Kafka is unavailable or when they are stopped. */
@Timeout(180)
class KafkaTroubleTest {

  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();
  @RegisterExtension static final TestBroker BROKER = new TestBroker();

  private static final Duration SECONDS = Duration.ofSeconds(15);

  @TempDir private Path folder;

  @Test
  void messagesThatDoNotFitIntoMemoryEndTheIntakeWithTheCure() throws Exception {
    String topic = BROKER.topic(1);
    new Topics(BROKER.settings()).send(topic, 1, 4, KafkaTroubleTest::withLargeImage);

    try (ChildJvm child =
        ChildJvm.start(
            folder,
            DATABASE.settings(),
            List.of("-XX:TieredStopAtLevel=1", "-Xmx90m"),
            UnaryOperator.identity(),
            "--kafka-config",
            BROKER.clientProperties(),
            "intake",
            "--topic",
            topic,
            "--run",
            "large",
            "--images",
            folder)) {
      assertThat(child.exitCode()).as(child::err).isEqualTo(1);
      assertThat(child.err()).contains("out of memory", "-Xmx").doesNotContain("\tat ");
    }
  }

  private static OutgoingRecord withLargeImage(int number) {
    ImageJobMessage message =
        new ImageJobMessage(
            "large-" + number,
            Optional.of(ImageReference.Bytes.of(new byte[18 << 20])),
            "What?",
            GenerationSettings.DEFAULTS,
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    return OutgoingRecord.of(
        message.customId(), message.toJson(), MessageType.IMAGE_JOB.headers(Optional.empty()));
  }

  @Test
  void whateverWaitsForABrokerEndsSoonWhenToldTo() throws Exception {
    new RunStore(DATABASE.dataSource()).findOrCreate("waits");
    new KafkaReaderStore(DATABASE.dataSource()).findOrCreate("group", "jobs");
    Path questions = new Questions().ask(1, null, "What?").writeTo(folder.resolve("q.jsonl"));
    List<ChildJvm> waiting = new ArrayList<>();
    try {
      for (Object[] command :
          List.of(
              line("kafka", "create", "--topic", "t"),
              line("kafka", "produce", "--topic", "t", "--file", questions),
              line("intake", "--topic", "t", "--run", "waits", "--from", "earliest"),
              line("publish", "--run", "waits", "--topic", "t", "--follow"),
              answering("infer", "--run", "waits", "--source", "kafka", "--topic", "u", "--follow"),
              answering("listen", "--trigger-topic", "v", "--folder", folder))) {
        ChildJvm child = ChildJvm.start(folder, DATABASE.settings(), command);
        waiting.add(child);
        assertThat(child.runsUntil(() -> child.err().contains("does not answer")))
            .as(child::err)
            .isTrue();
      }
      long told = System.nanoTime();
      waiting.forEach(ChildJvm::terminate);
      for (ChildJvm child : waiting) {
        assertThat(child.exitCode()).as(child::err).isIn(0, 1);
        assertThat(child.err()).doesNotContain("\tat ");
      }
      assertThat(Duration.ofNanos(System.nanoTime() - told)).isLessThan(SECONDS);
    } finally {
      waiting.forEach(ChildJvm::close);
    }
  }

  /** A read-only command has no work to protect: the address is most likely wrong. */
  @Test
  void commandsThatOnlyLookGiveUpByThemselves() throws Exception {
    new KafkaReaderStore(DATABASE.dataSource()).findOrCreate("group", "looked");
    for (Object[] command :
        List.of(line("kafka", "status"), line("kafka", "tail", "--topic", "t"))) {
      try (ChildJvm child = ChildJvm.start(folder, DATABASE.settings(), command)) {
        assertThat(child.exitCode()).as(child::err).isEqualTo(2);
        assertThat(child.err())
            .contains("127.0.0.1:9", "away for more than 5 s: check --kafka-bootstrap");
      }
    }
  }

  private static Object[] answering(Object... command) {
    return Stream.concat(
            Stream.of(line(command)),
            Stream.of("--model", Tiny.checkpoint(), "--vision-tower", Tiny.tower()))
        .toArray();
  }

  /** Adds the address of a port without a listener. */
  private static Object[] line(Object... command) {
    return Stream.concat(Stream.of("--kafka-bootstrap", "127.0.0.1:9"), Stream.of(command))
        .toArray();
  }
}
