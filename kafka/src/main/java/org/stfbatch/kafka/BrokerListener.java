package org.stfbatch.kafka;

import java.time.Duration;
import org.slf4j.LoggerFactory;

/** Is told when work waits for the broker. Called by the thread that works; must return soon. */
public interface BrokerListener {

  /**
   * Work waits from now on. Called once an outage.
   *
   * @param what one line for people
   */
  void waiting(String what);

  /**
   * Work goes on.
   *
   * @param after how long it waited
   */
  void resumed(Duration after);

  /** Writes both to the log, as a warning and an information. */
  static BrokerListener logging() {
    var log = LoggerFactory.getLogger(BrokerListener.class);
    return new BrokerListener() {
      @Override
      public void waiting(String what) {
        log.warn("{}", what);
      }

      @Override
      public void resumed(Duration after) {
        log.info("The Kafka broker answers again after {} s", after.toSeconds());
      }
    };
  }
}
