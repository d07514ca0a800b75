package org.stfbatch.cli;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.stfbatch.db.KafkaReader;
import org.stfbatch.db.KafkaReaderStore;
import org.stfbatch.job.InputException;
import org.stfbatch.job.KafkaConnection;
import org.stfbatch.job.StopSignal;
import org.stfbatch.job.ingest.QuestionMessages;
import org.stfbatch.kafka.DeadLetter;
import org.stfbatch.kafka.DeadLetters;
import org.stfbatch.kafka.ReadBound;
import org.stfbatch.kafka.TopicAdmin;
import org.stfbatch.kafka.TopicBatch;
import org.stfbatch.kafka.TopicNotFoundException;
import org.stfbatch.kafka.TopicReader;
import org.stfbatch.kafka.TopicRecord;
import org.stfbatch.kafka.TopicRequest;
import org.stfbatch.kafka.embedded.EmbeddedBroker;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The embedded broker, and a look at topics. */
@Command(
    name = "kafka",
    description = {
      "The embedded Kafka broker, which commands start when they need it and stop behind them (after `kafka start` it",
      "stays until `kafka stop`), and a look at topics, also of your own cluster."
    })
final class KafkaCommand {
  private static final Duration POLL = Duration.ofMillis(500);

  private final Stores stores;
  private final Brokers brokers;
  private final Shutdown shutdown;

  KafkaCommand(Stores stores, Brokers brokers, Shutdown shutdown) {
    this.stores = stores;
    this.brokers = brokers;
    this.shutdown = shutdown;
  }

  @Command(name = "start", description = "Starts the embedded broker and lets it run.")
  int start() {
    embedded().start();
    return broker();
  }

  @Command(
      name = "stop",
      description = "Stops the embedded broker, or lets the last command that uses it stop it.")
  int stop() {
    embedded().stop();
    return broker();
  }

  @Command(
      name = "status",
      description = "Says whether the broker runs, and how far topics have been read.")
  int status() {
    if (brokers.isEmbedded()) {
      broker();
      if (!embedded().status().running()) {
        return 0;
      }
    }
    StopSignal stop = new StopSignal();
    try (Stores.Connected db = stores.open();
        Brokers.Connected broker = brokers.open(stop);
        TopicAdmin admin = admin(broker.kafka())) {
      shutdown.guard(stop);
      KafkaReaderStore readers = new KafkaReaderStore(db.database().dataSource());
      for (KafkaReader reader : readers.all()) {
        System.out.println(line(reader, readers, admin, broker.kafka()));
      }
    }
    return 0;
  }

  @Command(
      name = "create",
      description = "Makes a topic with the broker's default of copies; leaves one that exists.")
  int create(
      @Option(names = "--topic", required = true, paramLabel = "TOPIC", description = "Its name.")
          String topic,
      @Option(
              names = "--partitions",
              defaultValue = "6",
              paramLabel = "N",
              description = "Its partitions. Default: ${DEFAULT-VALUE}")
          int partitions) {
    try (Brokers.Connected broker = brokers.open(new StopSignal());
        TopicAdmin admin = admin(broker.kafka())) {
      boolean created = admin.create(topic, partitions);
      System.out.printf("topic %s %s%n", topic, created ? "created" : "is there already");
      return 0;
    }
  }

  @Command(
      name = "produce",
      description = {
        "Sends the lines of a question file as image jobs, each line once, however often it is started; a line that is no",
        "question is sent as it is."
      })
  int produce(
      @Option(names = "--topic", required = true, paramLabel = "TOPIC", description = "Where to.")
          String topic,
      @Option(
              names = "--file",
              required = true,
              paramLabel = "FILE",
              description = "JSON lines, as ingest --questions reads them.")
          Path file,
      @Option(
              names = "--images",
              paramLabel = "DIR",
              description =
                  "Send the images of this folder with the questions, instead of their paths.")
          Path images) {
    if (!Files.isReadable(file) || Files.isDirectory(file)) {
      throw new InputException("the question file " + file + " cannot be read: check --file");
    }
    try (Brokers.Connected broker = brokers.open(new StopSignal())) {
      long sent =
          new QuestionMessages(file, Optional.ofNullable(images)).send(broker.kafka(), topic);
      System.out.printf("%d messages to topic %s%n", sent, topic);
      return 0;
    }
  }

  @Command(
      name = "tail",
      description = {
        "Prints the committed messages of a topic, one a line, from its first to its last, or on and on; of a dead-letter",
        "topic, with the reasons."
      })
  int tail(
      @Option(names = "--topic", required = true, paramLabel = "TOPIC", description = "Which one.")
          String topic,
      @Option(names = "--follow", description = "Wait for more, until stopped.") boolean follow) {
    StopSignal stop = new StopSignal();
    ReadBound bound = follow ? ReadBound.follow() : ReadBound.untilEnd();
    try (Brokers.Connected broker = brokers.open(stop);
        TopicReader reader =
            new TopicReader(
                broker.kafka().settings(),
                TopicRequest.of(topic, bound),
                broker.kafka().listener());
        StopSignal.Watch watch = stop.whenRequested(reader::stop)) {
      shutdown.guard(stop);
      reader.open();
      while (!reader.ended()) {
        TopicBatch batch = reader.poll(POLL);
        batch.records().forEach(record -> System.out.println(line(record)));
      }
      return 0;
    }
  }

  private int broker() {
    EmbeddedBroker.Status status = embedded().status();
    if (status.running()) {
      System.out.printf(
          "running: process %d at %s, %d command(s) use it, %s, data in %s%n",
          status.pid().getAsLong(),
          status.settings().map(settings -> settings.bootstrapServers()).orElse("no port yet"),
          status.users(),
          status.keepsRunning() ? "stays until kafka stop" : "stops with the last command",
          status.dataFolder());
    } else {
      System.out.printf("not running: data in %s%n", status.dataFolder());
    }
    return 0;
  }

  private EmbeddedBroker embedded() {
    if (!brokers.isEmbedded()) {
      throw new InputException(
          "--kafka-bootstrap or --kafka-config names a cluster of your own; kafka start and stop are for the embedded broker");
    }
    return brokers.embedded();
  }

  private static TopicAdmin admin(KafkaConnection kafka) {
    return new TopicAdmin(kafka.settings(), kafka.listener());
  }

  private static String line(
      KafkaReader reader, KafkaReaderStore readers, TopicAdmin admin, KafkaConnection kafka) {
    String name = "topic " + reader.topic() + ", group " + reader.group() + ": ";
    Optional<TopicAdmin.TopicState> state = admin.find(reader.topic());
    if (state.isEmpty()) {
      return name + "the topic is not there any more";
    }
    var positions = readers.positions(reader);
    long read = 0;
    long lag = 0;
    for (var end : state.get().ends().entrySet()) {
      long beginning = state.get().beginnings().get(end.getKey());
      long next = positions.getOrDefault(end.getKey(), beginning);
      read += next - beginning;
      lag += end.getValue() - next;
    }
    return name
        + "%d partitions, %d read, %d to read, %d on %s"
            .formatted(
                state.get().ends().size(),
                read,
                lag,
                messages(kafka, DeadLetters.topicOf(reader.topic())),
                DeadLetters.topicOf(reader.topic()));
  }

  /** Counted by reading: the offsets of transactions' marks are no messages. */
  private static long messages(KafkaConnection kafka, String topic) {
    TopicRequest request = TopicRequest.of(topic, ReadBound.untilEnd());
    long count = 0;
    try (TopicReader reader = new TopicReader(kafka.settings(), request, kafka.listener())) {
      reader.open();
      while (!reader.ended()) {
        count += reader.poll(POLL).records().size();
      }
    } catch (TopicNotFoundException e) {
      // There was no message to set aside yet.
      return 0;
    }
    return count;
  }

  private static String line(TopicRecord record) {
    String value = record.value() == null ? "" : new String(record.value(), StandardCharsets.UTF_8);
    String oneLine = value.replace("\n", "\\n").replace("\r", "\\r");
    return record
        .headers()
        .text(DeadLetter.REASON)
        .map(
            reason ->
                "%s %s/%s: %s: %s"
                    .formatted(
                        record.headers().text(DeadLetter.CODE).orElse(""),
                        record.headers().text(DeadLetter.PARTITION).orElse(""),
                        record.headers().text(DeadLetter.OFFSET).orElse(""),
                        reason,
                        oneLine))
        .orElse(oneLine);
  }
}
