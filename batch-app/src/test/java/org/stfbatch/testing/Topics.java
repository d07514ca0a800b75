package org.stfbatch.testing;

import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.stfbatch.kafka.BrokerListener;
import org.stfbatch.kafka.KafkaSettings;
import org.stfbatch.kafka.OutgoingRecord;
import org.stfbatch.kafka.PositionedPublisher;
import org.stfbatch.kafka.PublisherPosition;
import org.stfbatch.kafka.PublisherTarget;
import org.stfbatch.kafka.ReadBound;
import org.stfbatch.kafka.TopicAdmin;
import org.stfbatch.kafka.TopicReader;
import org.stfbatch.kafka.TopicRecord;
import org.stfbatch.kafka.TopicRequest;
import org.stfbatch.kafka.message.GenerationSettings;
import org.stfbatch.kafka.message.ImageJobMessage;
import org.stfbatch.kafka.message.MessageHeaders;
import org.stfbatch.kafka.message.MessageType;
import org.stfbatch.kafka.message.RunTriggerMessage;

/** Writer and reader of test messages on topics. */
public final class Topics {
  private final KafkaSettings settings;

  public Topics(KafkaSettings settings) {
    this.settings = settings;
  }

  public void create(String topic, int partitions) {
    try (TopicAdmin admin = new TopicAdmin(settings, BrokerListener.logging())) {
      admin.create(topic, partitions);
    }
  }

  /** Creates a topic of one partition with its own settings, through Kafka's own client. */
  public void createWith(Path clientProperties, String topic, Map<String, String> configs)
      throws Exception {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(clientProperties)) {
      properties.load(reader);
    }
    try (Admin admin = Admin.create(properties)) {
      admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1).configs(configs))).all().get();
    }
  }

  /** Returns a message that triggers a run. */
  public static OutgoingRecord trigger(RunTriggerMessage message) {
    return OutgoingRecord.of(
        message.run(), message.toJson(), MessageType.RUN_TRIGGER.headers(Optional.empty()));
  }

  /** Sends messages in one transaction. */
  public void send(String topic, List<OutgoingRecord> records) {
    PublisherTarget target = new PublisherTarget(topic, "test " + Thread.currentThread().getId());
    try (PositionedPublisher publisher =
        new PositionedPublisher(settings, target, BrokerListener.logging())) {
      publisher.open();
      publisher.publish(records, PublisherPosition.of("sent", records.size()));
    }
  }

  /** Sends the messages of the numbers {@code first} to {@code last}. */
  public void send(String topic, int first, int last, IntFunction<OutgoingRecord> message) {
    send(topic, IntStream.rangeClosed(first, last).mapToObj(message).toList());
  }

  /** Returns all committed messages of a topic. */
  public List<TopicRecord> read(String topic) {
    List<TopicRecord> records = new ArrayList<>();
    TopicRequest request = TopicRequest.of(topic, ReadBound.untilEnd());
    try (TopicReader reader = new TopicReader(settings, request, BrokerListener.logging())) {
      reader.open();
      while (!reader.ended()) {
        records.addAll(reader.poll(Duration.ofSeconds(1)).records());
      }
    }
    return records;
  }

  /** Returns the keys of {@link #read}. */
  public List<String> keys(String topic) {
    return read(topic).stream().map(record -> record.keyText().orElse("")).toList();
  }

  /** Returns a question without an image. */
  public static OutgoingRecord job(String customId, String prompt) {
    return job(customId, prompt, Optional.empty(), Optional.empty());
  }

  /** Returns a question without an image, with the run and the trace id, if given. */
  public static OutgoingRecord job(
      String customId, String prompt, Optional<String> run, Optional<String> trace) {
    ImageJobMessage message =
        new ImageJobMessage(
            customId,
            Optional.empty(),
            prompt,
            GenerationSettings.DEFAULTS,
            Optional.empty(),
            Optional.empty(),
            run);
    return OutgoingRecord.of(customId, message.toJson(), MessageType.IMAGE_JOB.headers(trace));
  }

  /** Returns a message with this value. */
  public static OutgoingRecord raw(String key, String value) {
    return OutgoingRecord.of(key, value.getBytes(StandardCharsets.UTF_8), MessageHeaders.NONE);
  }
}
