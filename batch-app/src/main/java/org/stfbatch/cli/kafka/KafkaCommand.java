package org.stfbatch.cli.kafka;

import org.stfbatch.cli.service.Brokers;
import org.stfbatch.cli.service.Shutdown;
import org.stfbatch.job.InputException;
import org.stfbatch.job.StopSignal;
import org.stfbatch.kafka.TopicAdmin;
import org.stfbatch.kafka.embedded.EmbeddedBroker;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code kafka}: the embedded broker, and tools for topics. */
@Command(
    name = "kafka",
    description = {
      "Starts and stops the embedded Kafka broker, and shows topics, also of your own cluster.",
      "Commands start the broker when they need it and stop it afterwards. After `kafka start` it runs until `kafka stop`."
    },
    footer = {"  stf-batch kafka start", "  stf-batch kafka tail --topic answers"},
    subcommands = {KafkaStatusCommand.class, KafkaProduceCommand.class, KafkaTailCommand.class})
public final class KafkaCommand {
  private final Brokers brokers;
  private final Shutdown shutdown;

  KafkaCommand(Brokers brokers, Shutdown shutdown) {
    this.brokers = brokers;
    this.shutdown = shutdown;
  }

  @Command(
      name = "start",
      description = {"Starts the embedded broker and keeps it running."},
      footer = {"  stf-batch kafka start", "  stf-batch kafka start --home /data/stf-batch"})
  int start() {
    embedded().start();
    return KafkaStatusCommand.show(embedded());
  }

  @Command(
      name = "stop",
      description = {"Stops the embedded broker as soon as no command uses it."},
      footer = {"  stf-batch kafka stop", "  stf-batch kafka stop --home /data/stf-batch"})
  int stop() {
    embedded().stop();
    return KafkaStatusCommand.show(embedded());
  }

  @Command(
      name = "create",
      description = {
        "Creates a topic with the broker's default replication factor, unless it exists."
      },
      footer = {
        "  stf-batch kafka create --topic jobs",
        "  stf-batch kafka create --topic jobs --partitions 12"
      })
  int create(
      @Option(names = "--topic", required = true, paramLabel = "TOPIC", description = "The topic.")
          String topic,
      @Option(
              names = "--partitions",
              defaultValue = "6",
              paramLabel = "N",
              description = "Number of partitions. Default: ${DEFAULT-VALUE}")
          int partitions) {
    StopSignal stop = new StopSignal();
    shutdown.guard(stop);
    try (Brokers.Connected broker = brokers.open(stop);
        TopicAdmin admin = new TopicAdmin(broker.kafka().settings(), broker.kafka().listener());
        StopSignal.Watch watch = stop.whenRequested(admin::stop)) {
      boolean created = admin.create(topic, partitions);
      System.out.printf("topic %s %s%n", topic, created ? "created" : "already exists");
      return 0;
    }
  }

  private EmbeddedBroker embedded() {
    if (!brokers.isEmbedded()) {
      throw new InputException(
          "--kafka-bootstrap or --kafka-config names a cluster of your own; kafka start and stop are for the embedded broker");
    }
    return brokers.embedded();
  }
}
