package org.stfbatch.kafka;

import java.time.Duration;
import org.slf4j.LoggerFactory;

/**
 * Listener of broker outages and missing topics. Called by the thread that uses the broker; must
 * return quickly.
 */
public interface BrokerListener {

  /**
   * The broker is unavailable and the caller waits for it. Called once per outage.
   *
   * @param what one line for users
   */
  void waiting(String what);

  /**
   * The broker is available again.
   *
   * @param after duration of the outage
   */
  void resumed(Duration after);

  /**
   * A topic to follow does not exist yet, although the cluster answers; reading starts when the
   * topic is created. Called once.
   */
  void missing(String topic);

  /**
   * A missing topic was created.
   *
   * @param after how long the reader waited for it
   */
  void appeared(String topic, Duration after);

  /** Returns a listener that writes to the log, at levels WARN and INFO. */
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

      @Override
      public void missing(String topic) {
        log.warn("There is no topic {} yet", topic);
      }

      @Override
      public void appeared(String topic, Duration after) {
        log.info("Topic {} exists after {} s", topic, after.toSeconds());
      }
    };
  }
}
