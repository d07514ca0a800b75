package org.stfbatch.kafka;

import java.time.Duration;
import java.util.*;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.stfbatch.kafka.message.*;
import org.stfbatch.kafka.testing.TestBroker;

class SmokeTest {
  @RegisterExtension static final TestBroker BROKER = new TestBroker();

  @Test
  void works() {
    long t0 = System.nanoTime();
    String topic = BROKER.topic(3);
    try (PositionedPublisher p =
        new PositionedPublisher(
            BROKER.settings(), new PublisherTarget(topic, "run"), BrokerListener.logging())) {
      System.out.println("opened " + p.open() + " " + (System.nanoTime() - t0) / 1e6);
      for (int b = 0; b < 3; b++) {
        List<OutgoingRecord> records = new ArrayList<>();
        for (int i = 0; i < 10; i++)
          records.add(
              OutgoingRecord.of("k" + i, ("v" + b + "/" + i).getBytes(), MessageHeaders.NONE));
        long t = System.nanoTime();
        p.publish(records, PublisherPosition.of("sequence", b));
        System.out.println("published " + (System.nanoTime() - t) / 1e6);
      }
    }
    try (TopicReader r =
        new TopicReader(
            BROKER.settings(),
            TopicRequest.of(topic, ReadBound.untilEnd()),
            BrokerListener.logging())) {
      System.out.println(r.open());
      int n = 0;
      while (!r.ended()) {
        TopicBatch batch = r.poll(Duration.ofSeconds(1));
        n += batch.records().size();
        System.out.println(batch);
      }
      System.out.println(n + " " + (System.nanoTime() - t0) / 1e6);
    }
    try (PositionedPublisher p =
        new PositionedPublisher(
            BROKER.settings(), new PublisherTarget(topic, "run"), BrokerListener.logging())) {
      System.out.println("opened " + p.open() + " " + (System.nanoTime() - t0) / 1e6);
    }
  }
}
