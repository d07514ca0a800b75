package org.stfbatch.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Listener that records its calls. */
final class RecordingListener implements BrokerListener {

  private final BlockingQueue<String> waits = new LinkedBlockingQueue<>();
  private final List<String> appearances = new CopyOnWriteArrayList<>();
  private final BlockingQueue<Duration> resumptions = new LinkedBlockingQueue<>();

  @Override
  public void waiting(String what) {
    waits.add(what);
  }

  @Override
  public void resumed(Duration after) {
    resumptions.add(after);
  }

  @Override
  public void missing(String topic) {
    waits.add("there is no topic " + topic);
  }

  @Override
  public void appeared(String topic, Duration after) {
    appearances.add(topic);
  }

  /** Returns the messages of outages and missing topics that are not awaited yet. */
  List<String> waits() {
    return List.copyOf(waits);
  }

  /** Returns topics that were missing and were created. */
  List<String> appearances() {
    return List.copyOf(appearances);
  }

  int resumptions() {
    return resumptions.size();
  }

  void awaitWaiting(String part) throws InterruptedException {
    assertThat(waits.poll(30, TimeUnit.SECONDS)).as("what it waits for").contains(part);
  }

  void awaitResumed() throws InterruptedException {
    assertThat(resumptions.poll(60, TimeUnit.SECONDS)).as("going on again").isNotNull();
  }
}
