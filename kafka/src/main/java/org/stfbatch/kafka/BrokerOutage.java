package org.stfbatch.kafka;

import java.time.Duration;

/** State of a broker outage, which is reported to the listener once. For one thread. */
final class BrokerOutage {

  private final BrokerListener listener;
  private boolean active;
  private long since;

  BrokerOutage(BrokerListener listener) {
    this.listener = listener;
  }

  boolean isActive() {
    return active;
  }

  void begin(String what) {
    if (!active) {
      active = true;
      since = System.nanoTime();
      listener.waiting(what);
    }
  }

  void end() {
    if (active) {
      active = false;
      listener.resumed(Duration.ofNanos(System.nanoTime() - since));
    }
  }
}
