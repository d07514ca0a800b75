package org.stfbatch.cli.kafka;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.stfbatch.cli.service.Brokers;
import org.stfbatch.cli.service.Shutdown;
import org.stfbatch.cli.service.Stores;
import org.stfbatch.db.KafkaReader;
import org.stfbatch.db.KafkaReaderStore;
import org.stfbatch.job.KafkaConnection;
import org.stfbatch.job.StopSignal;
import org.stfbatch.kafka.DeadLetters;
import org.stfbatch.kafka.KafkaSettings;
import org.stfbatch.kafka.ReadBound;
import org.stfbatch.kafka.StoppedException;
import org.stfbatch.kafka.TopicAdmin;
import org.stfbatch.kafka.TopicNotFoundException;
import org.stfbatch.kafka.TopicReader;
import org.stfbatch.kafka.TopicRequest;
import org.stfbatch.kafka.embedded.EmbeddedBroker;
import org.stfbatch.server.ServerStatus;
import picocli.CommandLine.Command;

/** {@code kafka status}: shows the state of the broker and of consumer groups. */
@Command(
    name = "status",
    description = {"Shows whether the broker runs, and the offsets and lag of consumer groups."},
    footer = {
      "  stf-batch kafka status",
      "  stf-batch kafka status --kafka-bootstrap broker.example:9092"
    })
final class KafkaStatusCommand implements Callable<Integer> {
  private static final Duration POLL = Duration.ofMillis(500);

  private final Stores stores;
  private final Brokers brokers;
  private final Shutdown shutdown;

  KafkaStatusCommand(Stores stores, Brokers brokers, Shutdown shutdown) {
    this.stores = stores;
    this.brokers = brokers;
    this.shutdown = shutdown;
  }

  @Override
  public Integer call() {
    if (brokers.isEmbedded()) {
      EmbeddedBroker broker = brokers.embedded();
      ServerStatus<KafkaSettings> status = broker.status();
      show(status, broker.clientProperties());
      if (!status.running()) {
        return 0;
      }
    }
    StopSignal stop = new StopSignal();
    shutdown.guard(stop);
    try (Stores.Connected db = stores.open(stop);
        Brokers.Connected broker = brokers.openToLook(stop)) {
      show(new KafkaReaderStore(db.database().dataSource()), broker.kafka(), stop);
    } catch (StoppedException e) {
      throw Brokers.reason(stop, e);
    }
    return 0;
  }

  static int show(EmbeddedBroker broker) {
    show(broker.status(), broker.clientProperties());
    return 0;
  }

  private static void show(ServerStatus<KafkaSettings> status, Path clientProperties) {
    if (status.running()) {
      System.out.printf(
          "running: process %d at %s, %d command(s) use it, %s, data in %s, settings for Kafka's own tools in %s%n",
          status.pid().getAsLong(),
          status.settings().map(KafkaSettings::bootstrapServers).orElse("no port yet"),
          status.users(),
          status.keepsRunning() ? "runs until kafka stop" : "stops with the last command",
          status.dataFolder(),
          clientProperties);
    } else {
      System.out.printf("not running: data in %s%n", status.dataFolder());
    }
  }

  private static void show(KafkaReaderStore readers, KafkaConnection kafka, StopSignal stop) {
    try (TopicAdmin admin = new TopicAdmin(kafka.settings(), kafka.listener());
        StopSignal.Watch watch = stop.whenRequested(admin::stop)) {
      for (KafkaReader reader : readers.all()) {
        String state =
            admin
                .find(reader.topic())
                .map(topic -> progress(topic, readers.positions(reader)))
                .orElse("it no longer exists");
        System.out.printf(
            "topic %s, group %s: %s; %d on %s%n",
            reader.topic(),
            reader.group(),
            state,
            messages(kafka, DeadLetters.topicOf(reader.topic()), stop),
            DeadLetters.topicOf(reader.topic()));
      }
    }
  }

  private static String progress(TopicAdmin.TopicState topic, Map<Integer, Long> positions) {
    long read = 0;
    long lag = 0;
    for (Map.Entry<Integer, Long> end : topic.ends().entrySet()) {
      long beginning = topic.beginnings().get(end.getKey());
      long next = Optional.ofNullable(positions.get(end.getKey())).orElse(beginning);
      read += next - beginning;
      lag += end.getValue() - next;
    }
    return "%d partitions, %d offsets read, lag %d".formatted(topic.ends().size(), read, lag);
  }

  /** Counts messages by reading them: transaction markers also have offsets. */
  private static long messages(KafkaConnection kafka, String topic, StopSignal stop) {
    TopicRequest request = TopicRequest.of(topic, ReadBound.untilEnd());
    long count = 0;
    try (TopicReader reader = new TopicReader(kafka.settings(), request, kafka.listener());
        StopSignal.Watch watch = stop.whenRequested(reader::stop)) {
      reader.open();
      while (!reader.ended()) {
        count += reader.poll(POLL).records().size();
      }
    } catch (TopicNotFoundException e) {
      // The dead-letter topic does not exist yet.
      return 0;
    }
    return count;
  }
}
