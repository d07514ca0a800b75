package org.stfbatch.kafka;

import java.time.Duration;

/** Whether the broker is away, and telling about it once. For one thread. */
final class BrokerOutage {

  private final BrokerListener listener;
  private boolean underway;
  private long since;

  BrokerOutage(BrokerListener listener) {
    this.listener = listener;
  }

  boolean isUnderway() {
    return underway;
  }

  void begin(String what) {
    if (!underway) {
      underway = true;
      since = System.nanoTime();
      listener.waiting(what);
    }
  }

  void end() {
    if (underway) {
      underway = false;
      listener.resumed(Duration.ofNanos(System.nanoTime() - since));
    }
  }
}
