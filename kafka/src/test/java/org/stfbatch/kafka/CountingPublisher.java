package org.stfbatch.kafka;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/** Test process that publishes 0, 1, 2, ... and continues at the last committed position. */
final class CountingPublisher {

  private CountingPublisher() {}

  static Process start(Path clientProperties, String topic, int count) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            CountingPublisher.class.getName(),
            clientProperties.toString(),
            topic,
            Integer.toString(count))
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  public static void main(String[] arguments) {
    int count = Integer.parseInt(arguments[2]);
    try (PositionedPublisher publisher =
        new PositionedPublisher(
            KafkaSettings.read(Optional.empty(), Path.of(arguments[0])),
            new PublisherTarget(arguments[1], "run"),
            BrokerListener.logging())) {
      int next = publisher.open().map(p -> p.get("next").orElseThrow()).orElse(0L).intValue();
      System.out.println("open " + next);
      while (next < count) {
        int to = Math.min(count, next + ThreadLocalRandom.current().nextInt(1, 300));
        publisher.publish(Wire.numberRecords(next, to), PublisherPosition.of("next", to));
        next = to;
      }
    }
  }
}
