package org.stfbatch.cli.kafka;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.stfbatch.base.Plural;
import org.stfbatch.cli.service.Brokers;
import org.stfbatch.cli.service.Shutdown;
import org.stfbatch.job.InputException;
import org.stfbatch.job.StopSignal;
import org.stfbatch.job.ingest.QuestionMessages;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code kafka produce}: sends a question file. */
@Command(
    name = "produce",
    description = {
      "Sends the lines of a question file to a topic as image jobs, each line exactly once, also when repeated.",
      "A line that is not a question is sent unchanged."
    },
    footer = {
      "  stf-batch kafka produce --topic jobs --questions questions.jsonl",
      "  stf-batch kafka produce --topic jobs --questions questions.jsonl --images pictures"
    })
final class KafkaProduceCommand implements Callable<Integer> {
  private final Brokers brokers;
  private final Shutdown shutdown;

  @Option(names = "--topic", required = true, paramLabel = "TOPIC", description = "The topic.")
  private String topic;

  @Option(
      names = "--questions",
      required = true,
      paramLabel = "FILE",
      description = "The questions, JSON lines as for ingest --questions.")
  private Path questions;

  @Option(
      names = "--images",
      paramLabel = "DIR",
      description = "Send the images from this folder within the messages, instead of their paths.")
  private Path images;

  KafkaProduceCommand(Brokers brokers, Shutdown shutdown) {
    this.brokers = brokers;
    this.shutdown = shutdown;
  }

  @Override
  public Integer call() {
    if (!Files.isReadable(questions) || Files.isDirectory(questions)) {
      throw new InputException(
          "the question file " + questions + " cannot be read: check --questions");
    }
    StopSignal stop = new StopSignal();
    shutdown.guard(stop);
    try (Brokers.Connected broker = brokers.open(stop)) {
      long sent =
          new QuestionMessages(questions, Optional.ofNullable(images))
              .send(broker.kafka(), topic, stop);
      System.out.printf("%s to topic %s%n", Plural.of(sent, "message"), topic);
      return 0;
    }
  }
}
