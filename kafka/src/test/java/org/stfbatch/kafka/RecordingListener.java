package org.stfbatch.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Remembers what it was told. */
final class RecordingListener implements BrokerListener {

  private final BlockingQueue<String> waits = new LinkedBlockingQueue<>();
  private final BlockingQueue<Duration> resumptions = new LinkedBlockingQueue<>();

  @Override
  public void waiting(String what) {
    waits.add(what);
  }

  @Override
  public void resumed(Duration after) {
    resumptions.add(after);
  }

  void awaitWaiting(String part) throws InterruptedException {
    assertThat(waits.poll(30, TimeUnit.SECONDS)).as("what it waits for").contains(part);
  }

  void awaitResumed() throws InterruptedException {
    assertThat(resumptions.poll(60, TimeUnit.SECONDS)).as("going on again").isNotNull();
  }
}
