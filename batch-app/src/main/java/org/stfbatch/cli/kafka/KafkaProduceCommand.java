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

/** Sends a question file. */
@Command(
    name = "produce",
    description = {
      "Sends the lines of a question file to a topic as image jobs, each line once, however often it is started.",
      "A line that is no question is sent as it is."
    },
    footer = {
      "  stf-batch kafka produce --topic jobs --questions questions.jsonl",
      "  stf-batch kafka produce --topic jobs --questions questions.jsonl --images pictures"
    })
final class KafkaProduceCommand implements Callable<Integer> {
  private final Brokers brokers;
  private final Shutdown shutdown;

  @Option(names = "--topic", required = true, paramLabel = "TOPIC", description = "Where to.")
  private String topic;

  @Option(
      names = "--questions",
      required = true,
      paramLabel = "FILE",
      description = "JSON lines, as ingest --questions reads them.")
  private Path questions;

  @Option(
      names = "--images",
      paramLabel = "DIR",
      description = "Send the images of this folder with the questions, instead of their paths.")
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
