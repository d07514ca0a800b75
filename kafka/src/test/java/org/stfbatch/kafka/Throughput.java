package org.stfbatch.kafka;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.stfbatch.kafka.embedded.EmbeddedBroker;
import org.stfbatch.kafka.message.ImageJobMessage;
import org.stfbatch.kafka.message.ImageReference;
import org.stfbatch.kafka.message.MessageException;
import org.stfbatch.kafka.message.MessageHeaders;
import org.stfbatch.kafka.message.MessageType;

/**
 * Benchmark of reader and publisher with a broker of its own; run manually, with a home folder as
 * argument.
 */
final class Throughput {

  private static final int MESSAGES = 1_000_000;
  private static final int PARTITIONS = 6;
  private static final int BATCHES = 300;
  private static final int BATCH = 1000;
  private static final int ANSWER_BYTES = 200;
  private static final int ROUNDS = 3;

  private Throughput() {}

  public static void main(String[] arguments) throws MessageException {
    try (EmbeddedBroker.Session session = new EmbeddedBroker(Path.of(arguments[0])).open()) {
      KafkaSettings settings = session.settings();
      String suffix = "-" + System.currentTimeMillis();
      try (TopicAdmin admin = new TopicAdmin(settings, BrokerListener.logging())) {
        admin.create("jobs" + suffix, PARTITIONS);
        admin.create("answers" + suffix, PARTITIONS);
      }
      fill(settings, "jobs" + suffix);
      for (int round = 0; round < ROUNDS; round++) {
        read(settings, "jobs" + suffix, false);
      }
      for (int round = 0; round < ROUNDS; round++) {
        read(settings, "jobs" + suffix, true);
      }
      for (int round = 0; round < ROUNDS; round++) {
        publish(settings, "answers" + suffix, "run" + round);
      }
    }
  }

  private static void fill(KafkaSettings settings, String topic) {
    try (KafkaProducer<byte[], byte[]> producer =
        Wire.producer(settings, Map.of("linger.ms", "20", "batch.size", "200000"))) {
      for (int i = 0; i < MESSAGES; i++) {
        ImageJobMessage job =
            ImageJobMessage.about(
                "job-" + i,
                new ImageReference.Path("images/" + i % 1000 + ".png"),
                "What is this?");
        producer.send(new ProducerRecord<>(topic, i % PARTITIONS, null, job.toJson()));
      }
    }
  }

  private static void read(KafkaSettings settings, String topic, boolean parse)
      throws MessageException {
    long started = System.nanoTime();
    int count = 0;
    TopicRequest request = TopicRequest.of(topic, ReadBound.untilEnd());
    try (TopicReader reader = new TopicReader(settings, request, BrokerListener.logging())) {
      reader.open();
      while (!reader.ended()) {
        for (TopicRecord record : reader.poll(Duration.ofSeconds(1)).records()) {
          if (parse) {
            ImageJobMessage.parse(record.value(), record.headers());
          }
          count++;
        }
      }
    }
    print(parse ? "read and parsed" : "read", count, started);
  }

  private static void publish(KafkaSettings settings, String topic, String name) {
    MessageHeaders headers = MessageType.ANSWER.headers(Optional.empty());
    PublisherTarget target = new PublisherTarget(topic, name);
    try (PositionedPublisher publisher =
        new PositionedPublisher(settings, target, BrokerListener.logging())) {
      publisher.open();
      long started = System.nanoTime();
      for (int batch = 0; batch < BATCHES; batch++) {
        List<OutgoingRecord> records = new ArrayList<>();
        for (int i = 0; i < BATCH; i++) {
          String key = "job-" + (batch * BATCH + i);
          records.add(OutgoingRecord.of(key, new byte[ANSWER_BYTES], headers));
        }
        publisher.publish(records, PublisherPosition.of("sequence", batch));
      }
      print("published in transactions of " + BATCH, BATCHES * BATCH, started);
    }
  }

  private static void print(String what, int count, long started) {
    double seconds = (System.nanoTime() - started) / 1e9;
    System.out.printf("%s: %d in %.2f s, %.0f/s%n", what, count, seconds, count / seconds);
  }
}
