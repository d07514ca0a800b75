package org.stfbatch.cli.kafka;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.stfbatch.cli.service.Brokers;
import org.stfbatch.cli.service.Shutdown;
import org.stfbatch.job.StopSignal;
import org.stfbatch.kafka.DeadLetter;
import org.stfbatch.kafka.ReadBound;
import org.stfbatch.kafka.StoppedException;
import org.stfbatch.kafka.TopicReader;
import org.stfbatch.kafka.TopicRecord;
import org.stfbatch.kafka.TopicRequest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code kafka tail}: prints a topic. */
@Command(
    name = "tail",
    description = {
      "Prints the committed messages of a topic, one per line, from the first to the last, or continuously.",
      "For a dead-letter topic, it also prints the reasons."
    },
    footer = {
      "  stf-batch kafka tail --topic answers",
      "  stf-batch kafka tail --topic jobs.dlq --follow"
    })
final class KafkaTailCommand implements Callable<Integer> {
  private static final Duration POLL = Duration.ofMillis(500);

  private final Brokers brokers;
  private final Shutdown shutdown;

  @Option(names = "--topic", required = true, paramLabel = "TOPIC", description = "The topic.")
  private String topic;

  @Option(names = "--follow", description = "Wait for further messages until stopped.")
  private boolean follow;

  KafkaTailCommand(Brokers brokers, Shutdown shutdown) {
    this.brokers = brokers;
    this.shutdown = shutdown;
  }

  @Override
  public Integer call() {
    StopSignal stop = new StopSignal();
    shutdown.guard(stop);
    TopicRequest request =
        TopicRequest.of(topic, follow ? ReadBound.follow() : ReadBound.untilEnd());
    try (Brokers.Connected broker = follow ? brokers.open(stop) : brokers.openToLook(stop);
        TopicReader reader =
            new TopicReader(broker.kafka().settings(), request, broker.kafka().listener());
        StopSignal.Watch watch = stop.whenRequested(reader::stop)) {
      reader.open();
      while (!reader.ended()) {
        reader.poll(POLL).records().forEach(record -> System.out.println(line(record)));
      }
      return 0;
    } catch (StoppedException e) {
      throw Brokers.reason(stop, e);
    }
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
